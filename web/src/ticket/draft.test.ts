// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { Draft } from './draft.svelte';

beforeEach(() => sessionStorage.clear());

test('the same content is the same request, whatever the ticket did since', () => {
  const draft = new Draft('t1');
  const first = draft.attempt({ text: 'Hello' }, 100);
  expect(draft.attempt({ text: 'Hello' }, 105)).toEqual(first);
  const other = draft.attempt({ text: 'Hello!' }, 105);
  expect(other.key).not.toBe(first.key);
  expect(other.seen).toBe(105);
});

test('after a refusal the next try is a new request', () => {
  const draft = new Draft('t1');
  const first = draft.attempt('x', 1);
  draft.forgetAttempt();
  expect(draft.attempt('x', 2)).toMatchObject({ seen: 2 });
  expect(draft.attempt('x', 2).key).not.toBe(first.key);
});

test('words survive the page, each ticket its own', () => {
  const draft = new Draft('t1');
  draft.reply = 'half a thought';
  draft.save();
  expect(new Draft('t1').reply).toBe('half a thought');
  expect(new Draft('t2').reply).toBe('');
  draft.clear('reply');
  expect(new Draft('t1').reply).toBe('');
  expect(sessionStorage.length).toBe(0);
});

test('a stored draft that cannot be read is no draft', () => {
  sessionStorage.setItem('tributary.draft.t1', '{broken');
  expect(new Draft('t1').reply).toBe('');
});
