// Folding: the newest words stand open, what they quote waits behind a "…". Nothing is ever lost:
// the fold always holds the rest, or the whole text where the newest words are not its beginning.

export interface Folded {
  words: string;
  folded: string | null;
  isWhole: boolean; // the fold repeats the whole text: the words were spread among the quotes
}

export function foldQuotes(text: string, replyText: string): Folded {
  const whole = normalizeBreaks(text).trim();
  const words = normalizeBreaks(replyText).trim();
  if (words === '' || words === whole) return { words: whole, folded: null, isWhole: false };
  if (whole === '') return { words, folded: null, isWhole: false };
  if (whole.startsWith(words)) {
    return { words, folded: trimBlankLines(whole.slice(words.length)), isWhole: false };
  }
  return { words, folded: whole, isWhole: true };
}

export interface QuoteBlock {
  depth: number; // how many ">" stood before the lines
  text: string;
}

// Groups consecutive lines of one quoting depth ("> > so" is depth 2), markers taken off.
export function quoteBlocks(text: string): QuoteBlock[] {
  const blocks: QuoteBlock[] = [];
  for (const line of normalizeBreaks(text).split('\n')) {
    const { depth, rest } = quoteDepth(line);
    const last = blocks[blocks.length - 1];
    if (last && last.depth === depth) last.text += '\n' + rest;
    else blocks.push({ depth, text: rest });
  }
  return blocks
    .map((block) => ({ depth: block.depth, text: trimBlankLines(block.text) }))
    .filter((block) => block.text !== '');
}

function quoteDepth(line: string): { depth: number; rest: string } {
  const marker = /^(?:> ?)+/.exec(line)?.[0] ?? '';
  return { depth: marker.replaceAll(' ', '').length, rest: line.slice(marker.length) };
}

function normalizeBreaks(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').replace(/\s+$/, '');
}
