import { expect, test } from 'vitest';
import { hueOf, initials } from './avatar';

test.each([
  ['Anna Lindqvist', 'AL'],
  ['Trần Minh Anh', 'TA'],
  ['einkauf@bauer.example', 'E'],
  ['Bauer & Söhne GmbH', 'BG'],
  ['  ', '?'],
  ['李雷', '李'],
  ['“Ann” (shop)', 'AS'],
])('%s is %s', (name, expected) => expect(initials(name)).toBe(expected));

test('a name keeps its colour', () => {
  expect(hueOf('Anna')).toBe(hueOf('Anna'));
  for (const name of ['', 'a', '🙂']) expect(hueOf(name)).toBeLessThan(6);
});
