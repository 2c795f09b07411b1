import { expect, test } from 'vitest';
import { readArrival, readLink } from './visit';

test('a link is read from the fragment only where it is one', () => {
  expect(readLink('#invitation=abc-_9')).toEqual({ kind: 'invitation', token: 'abc-_9' });
  expect(readLink('#setup=x')).toEqual({ kind: 'setup', token: 'x' });
  expect(readLink('')).toBeNull();
  expect(readLink('#setup=')).toBeNull();
  expect(readLink('#/inbox?q=setup')).toBeNull();
  expect(readLink('#token=x')).toBeNull();
});

test('how a journey to the provider ended', () => {
  expect(readArrival('#signed-in')).toEqual({ refused: '' });
  expect(readArrival('#refused=not_linked')).toEqual({ refused: 'not_linked' });
  expect(readArrival('#/inbox')).toBeNull();
  expect(readArrival('')).toBeNull();
});
