// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { commandFor, focusOf, isSendKey, moveCursor, type Focus } from './keyboard';

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', true>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

test.each<[string, Focus, string | null]>([
  ['j', 'page', 'next'],
  ['k', 'page', 'previous'],
  ['e', 'page', 'solve'],
  ['a', 'control', 'assign_me'],
  ['r', 'page', 'reply'],
  ['n', 'page', 'note'],
  ['/', 'control', 'search'],
  ['?', 'page', 'help'],
  ['Enter', 'page', 'open'],
  ['Enter', 'control', null],
  ['Escape', 'text', 'back'],
  ['e', 'text', null],
  ['/', 'text', null],
  ['x', 'page', null],
  ['constructor', 'page', null],
])('%s on %s means %s', (key, focus, expected) => {
  expect(commandFor(press(key), focus)).toBe(expected);
});

test('a held modifier leaves the key to the browser', () => {
  for (const held of ['ctrlKey', 'metaKey', 'altKey'] as const) {
    expect(commandFor(press('r', { [held]: true }), 'page')).toBeNull();
  }
});

test('Ctrl or Command with Enter sends, Enter alone does not', () => {
  expect(isSendKey(press('Enter', { ctrlKey: true }))).toBe(true);
  expect(isSendKey(press('Enter', { metaKey: true }))).toBe(true);
  expect(isSendKey(press('Enter'))).toBe(false);
  expect(isSendKey(press('s', { ctrlKey: true }))).toBe(false);
});

test.each([
  ['<textarea id="x"></textarea>', 'text'],
  ['<select id="x"></select>', 'text'],
  ['<input id="x">', 'text'],
  ['<input id="x" type="checkbox">', 'control'],
  ['<a href="/"><b id="x"></b></a>', 'control'],
  ['<button id="x"></button>', 'control'],
  ['<main id="x"></main>', 'page'],
])('focus on %s is %s', (html, expected) => {
  document.body.innerHTML = html;
  expect(focusOf(document.getElementById('x'))).toBe(expected);
});

describe('moveCursor', () => {
  test.each<[string[], string | null, 1 | -1, string | null]>([
    [[], null, 1, null],
    [['a', 'b'], null, 1, 'a'],
    [['a', 'b'], null, -1, 'b'],
    [['a', 'b'], 'a', 1, 'b'],
    [['a', 'b'], 'b', 1, 'b'],
    [['a', 'b'], 'a', -1, 'a'],
    [['a', 'b'], 'gone', 1, 'a'],
  ])('%j from %s by %d', (ids, from, by, expected) => {
    expect(moveCursor(ids, from, by)).toBe(expected);
  });
});
