// Recipients as people type them: "Ann Lee <ann@example.com>, bob@example.com".
import type { Party } from '../api/types';

export function formatParty({ name, address }: Party): string {
  if (name && address && name !== address) return `${name} <${address}>`;
  return address || name || '';
}

export function formatParties(parties: Party[]): string {
  return parties.map(formatParty).join(', ');
}

export interface ParsedParties {
  parties: Party[];
  wrong: string[]; // what could not be an address, as it was typed
}

export function parseParties(line: string): ParsedParties {
  const parsed: ParsedParties = { parties: [], wrong: [] };
  for (const entry of splitEntries(line)) {
    const bracketed = /^(.*)<([^<>]*)>$/s.exec(entry);
    const address = (bracketed ? bracketed[2]! : entry).trim();
    const name = bracketed ? bracketed[1]!.trim().replace(/^"(.*)"$/s, '$1') : '';
    if (looksLikeAddress(address)) parsed.parties.push({ name, address });
    else parsed.wrong.push(entry);
  }
  return parsed;
}

// Splits at commas and semicolons outside of quotes and angle brackets.
function splitEntries(line: string): string[] {
  const entries: string[] = [];
  let entry = '';
  let isQuoted = false;
  let isBracketed = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '<') isBracketed = true;
    else if (character === '>') isBracketed = false;
    if ((character === ',' || character === ';') && !isQuoted && !isBracketed) {
      entries.push(entry);
      entry = '';
    } else {
      entry += character;
    }
  }
  entries.push(entry);
  return entries.map((one) => one.trim()).filter((one) => one !== '');
}

// The server decides; this only catches slips of the finger.
function looksLikeAddress(address: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(address);
}
