import { expect, test } from 'vitest';
import { formatParties, parseParties } from './recipients';

test.each([
  ['', [], []],
  ['a@x.example', [{ name: '', address: 'a@x.example' }], []],
  ['Ann Lee <a@x.example>', [{ name: 'Ann Lee', address: 'a@x.example' }], []],
  ['"Lee, Ann" <a@x.example>', [{ name: 'Lee, Ann', address: 'a@x.example' }], []],
  [
    'a@x.example; b@x.example,',
    [
      { name: '', address: 'a@x.example' },
      { name: '', address: 'b@x.example' },
    ],
    [],
  ],
  ['Ann, b@x.example', [{ name: '', address: 'b@x.example' }], ['Ann']],
  ['a@@x', [], ['a@@x']],
])('%s', (line, parties, wrong) => {
  expect(parseParties(line)).toEqual({ parties, wrong });
});

test('what is shown can be read back', () => {
  const parties = [
    { name: 'Ann', address: 'a@x.example' },
    { name: null, address: 'b@x.example' },
  ];
  expect(parseParties(formatParties(parties)).parties).toEqual([
    parties[0],
    { name: '', address: 'b@x.example' },
  ]);
  expect(formatParties([{ name: 'Ann', address: null }])).toBe('Ann');
});
