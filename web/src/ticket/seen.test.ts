import { expect, test } from 'vitest';
import { follow, seenAll, unseen } from './seen';

const me = 'me';
const entry = (
  seq: number,
  agent: string | null = null,
  kind: 'message' | 'system' = 'message',
) => ({
  seq,
  kind,
  agent: agent ? { id: agent, name: agent } : null,
});
const ticket = (last_change: number, ...interactions: ReturnType<typeof entry>[]) => ({
  last_change,
  interactions,
});
const start = seenAll(ticket(100, entry(1), entry(2)));

test('what stands there when the ticket opens is seen', () => {
  expect(start).toEqual({ change: 100, newest: 2 });
});

test.each([
  ['customer writes, agent reads along', ticket(101, entry(3)), false, { change: 101, newest: 3 }],
  ['customer writes while agent writes', ticket(101, entry(3)), true, start],
  ['colleague writes while agent writes', ticket(101, entry(3, 'other')), true, start],
  ['own note while writing', ticket(101, entry(3, me)), true, { change: 101, newest: 3 }],
  ['event while writing', ticket(101, entry(3, null, 'system')), true, { change: 101, newest: 3 }],
  ['only the status moved', ticket(101, entry(1), entry(2)), true, { change: 101, newest: 2 }],
])('%s', (_name, now, isWriting, expected) => {
  expect(follow(start, now, me, isWriting)).toEqual(expected);
});

test('a later change of state does not smuggle unseen words past the guard', () => {
  const first = follow(start, ticket(101, entry(3)), me, true);
  const second = follow(first, ticket(102, entry(3)), me, true);
  expect(second.change).toBe(100);
  expect(unseen(second, ticket(102, entry(3)), me)).toHaveLength(1);
});
