import { expect, test } from 'vitest';
import { markedSegments } from './marks';

test.each([
  ['', []],
  ['plain', [{ text: 'plain', isMatch: false }]],
  [
    'a \uE000lamp\uE001 b',
    [
      { text: 'a ', isMatch: false },
      { text: 'lamp', isMatch: true },
      { text: ' b', isMatch: false },
    ],
  ],
  ['\uE000cut', [{ text: 'cut', isMatch: true }]],
  [
    '<b>\uE000x\uE001',
    [
      { text: '<b>', isMatch: false },
      { text: 'x', isMatch: true },
    ],
  ],
])('%j', (snippet, expected) => {
  expect(markedSegments(snippet)).toEqual(expected);
});
