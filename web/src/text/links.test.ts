import { expect, test } from 'vitest';
import { linkSegments } from './links';

const hrefs = (text: string) => linkSegments(text).flatMap((segment) => segment.href ?? []);

test.each([
  ['none', 'no link here', []],
  ['plain', 'see https://a.example/x now', ['https://a.example/x']],
  ['end of a sentence', 'see https://a.example/x.', ['https://a.example/x']],
  ['in brackets', '(https://a.example/x)', ['https://a.example/x']],
  ['brackets of its own', 'https://a.example/x_(y)', ['https://a.example/x_(y)']],
  ['two', 'http://a.example, http://b.example', ['http://a.example', 'http://b.example']],
  ['in angle brackets', '<https://a.example>', ['https://a.example']],
  ['script is text', 'javascript:alert(1) data:text/html,x', []],
  ['scheme inside a word', 'xhttps://a.example', []],
  ['no host', 'https://', []],
])('%s', (_name, text, expected) => {
  expect(hrefs(text)).toEqual(expected);
  expect(
    linkSegments(text)
      .map((segment) => segment.text)
      .join(''),
  ).toBe(text);
});
