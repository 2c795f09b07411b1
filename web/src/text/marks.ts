// The search marks its matches with two private-use characters; here they become segments.

export interface MarkedSegment {
  text: string;
  isMatch: boolean;
}

const opening = '\uE000';
const closing = '\uE001';

export function markedSegments(snippet: string): MarkedSegment[] {
  const segments: MarkedSegment[] = [];
  let isMatch = false;
  let text = '';
  const flush = () => {
    if (text) segments.push({ text, isMatch });
    text = '';
  };
  for (const character of snippet) {
    if (character === opening || character === closing) {
      flush();
      isMatch = character === opening;
    } else {
      text += character;
    }
  }
  flush();
  return segments;
}
