// Finds the web links in plain text. Only http and https become links; everything else stays text.

export interface Segment {
  text: string;
  href: string | null;
}

const linkPattern = /\bhttps?:\/\/[^\s<>"'`]+/gi;
const trailingPunctuation = /[.,;:!?)\]}»”’]+$/;

export function linkSegments(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(linkPattern)) {
    const address = trimLink(match[0]);
    if (!isWebAddress(address)) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index), href: null });
    segments.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null });
  return segments;
}

// A sentence's punctuation after a link is not part of it, but a bracket the link opened itself is.
function trimLink(address: string): string {
  const trimmed = address.replace(trailingPunctuation, '');
  const isBracketOpen = trimmed.includes('(') && !trimmed.includes(')');
  return isBracketOpen && address[trimmed.length] === ')' ? trimmed + ')' : trimmed;
}

function isWebAddress(address: string): boolean {
  try {
    return new URL(address).hostname !== '';
  } catch {
    return false;
  }
}
