import { expect, test } from 'vitest';
import type { Interaction } from '../api/types';
import { authorOf } from './entry';

const said = (name: string | null, address: string | null) =>
  ({ direction: 'in', agent: null, from: { name, address, proof: 'claimed' } }) as Interaction;

test('a name that is an address is not the author', () => {
  // E24
  expect(authorOf(said('victim@bank.example', 'evil@x.example'))).toBe('evil@x.example');
  expect(authorOf(said('victim\uFF20bank.example', 'evil@x.example'))).toBe('evil@x.example');
  expect(authorOf(said('Ann Lee', 'ann@x.example'))).toBe('Ann Lee');
  expect(authorOf(said(null, 'ann@x.example'))).toBe('ann@x.example');
  expect(authorOf(said('visitor @ shop', null))).toBe('visitor @ shop');
});
