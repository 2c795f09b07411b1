import { describe, expect, test } from 'vitest';
import { foldQuotes, quoteBlocks } from './quotes';

describe('foldQuotes', () => {
  test.each([
    ['no quotes', 'Hello', 'Hello', { words: 'Hello', folded: null, isWhole: false }],
    [
      'nothing told apart',
      'Hello\n> old',
      '',
      { words: 'Hello\n> old', folded: null, isWhole: false },
    ],
    ['only newest words known', '', 'Hello', { words: 'Hello', folded: null, isWhole: false }],
    ['both empty', '', '', { words: '', folded: null, isWhole: false }],
    [
      'words above the quote',
      'Yes.\r\n\r\nAnn wrote:\r\n> Shall we?\r\n',
      'Yes.',
      { words: 'Yes.', folded: 'Ann wrote:\n> Shall we?', isWhole: false },
    ],
    [
      'words among the quotes',
      '> One?\nYes.\n> Two?\nNo.',
      'Yes.\nNo.',
      { words: 'Yes.\nNo.', folded: '> One?\nYes.\n> Two?\nNo.', isWhole: true },
    ],
    [
      'indentation below the fold is kept',
      'Yes.\n\n  indented\nrest',
      'Yes.',
      { words: 'Yes.', folded: '  indented\nrest', isWhole: false },
    ],
  ])('%s', (_name, text, replyText, expected) => {
    expect(foldQuotes(text, replyText)).toEqual(expected);
  });

  test('nothing is ever lost', () => {
    const text = 'Top\n\n> quoted\nBottom';
    const { words, folded } = foldQuotes(text, 'Top');
    for (const line of ['Top', 'quoted', 'Bottom']) expect(words + folded).toContain(line);
  });
});

describe('quoteBlocks', () => {
  test('groups lines by depth and takes the markers off', () => {
    expect(quoteBlocks('Ann wrote:\n> a\n> b\n> > c\n>> d\n> e')).toEqual([
      { depth: 0, text: 'Ann wrote:' },
      { depth: 1, text: 'a\nb' },
      { depth: 2, text: 'c\nd' },
      { depth: 1, text: 'e' },
    ]);
  });

  test('drops blocks of nothing but space', () => {
    expect(quoteBlocks('>\n> \n\nwords')).toEqual([{ depth: 0, text: 'words' }]);
  });
});
