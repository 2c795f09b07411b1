import { expect, test } from 'vitest';
import { byteSize, money } from './amounts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [10_240, '10 KB'],
  [2_104_882, '2.0 MB'],
  [5 * 1024 ** 4, '5120 GB'],
])('%d bytes', (bytes, expected) => expect(byteSize(bytes)).toBe(expected));

test.each([
  ['211.50', 'EUR', '€211.50'],
  ['-3', 'EUR', '-€3.00'],
  ['12.5', '', '12.5'],
  ['12.5', 'no currency', '12.5 no currency'],
  ['many', 'EUR', 'many EUR'],
  [19, 'EUR', '€19.00'],
  [null, 'EUR', ''],
])('%j %s', (amount, currency, expected) => expect(money(amount, currency)).toBe(expected));
