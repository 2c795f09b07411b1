// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { buildMailDocument, mailPolicy, type MailOptions } from './mail_document';

const options = (over: Partial<MailOptions> = {}): MailOptions => ({
  remoteImages: 'block',
  styleSheet: '/assets/mail.css',
  scheme: 'dark',
  contentIds: new Map(),
  ...over,
});

describe('remote images', () => {
  test.each([
    ['image', '<img src="https://t.example/x.gif">', 1],
    ['without scheme', '<img src="//t.example/x.gif">', 1],
    ['capitals and space', '<img src="  HTTP://t.example/x.gif">', 1],
    ['source set', '<img srcset="https://t.example/x.gif 2x">', 0],
    ['background', '<table background="https://t.example/x.gif"></table>', 0],
    ['inline picture', '<img src="data:image/gif;base64,R0">', 0],
  ])('%s is not fetched', (_name, html, count) => {
    const built = buildMailDocument(html, options());
    expect(built.remoteImages).toBe(count);
    expect(built.html).not.toContain('t.example');
  });

  test('stay when the agent asks for them', () => {
    const html = '<img src="https://t.example/x.gif">';
    const built = buildMailDocument(html, options({ remoteImages: 'load' }));
    expect(built.html).toContain('https://t.example/x.gif');
    expect(built.remoteImages).toBe(0);
  });
});

test('inline parts are shown from their blobs, unknown ones stay empty', () => {
  const contentIds = new Map([['logo@x', 'blob:1']]);
  const html = '<img src="cid:logo%40x"><img src="CID:other">';
  const built = buildMailDocument(html, options({ contentIds }));
  expect(built.html).toContain('src="blob:1"');
  expect(built.html.toLowerCase()).not.toContain('cid:other');
});

test('links open outside and tell nothing', () => {
  const built = buildMailDocument('<a href="https://a.example">a</a>', options());
  expect(built.html).toContain('target="_blank" rel="noopener noreferrer"');
});

test.each(['javascript:alert(1)', ' JavaScript:x', 'data:text/html,x', '/api/v1/me', 'blob:x'])(
  '%j is not a link to follow',
  (href) => {
    const built = buildMailDocument(`<a href="${href}">a</a>`, options());
    expect(built.html).not.toContain('href="' + href);
  },
);

test('the policy forbids scripts in both cases and remote images in one', () => {
  for (const remoteImages of ['block', 'load'] as const) {
    expect(mailPolicy(remoteImages)).toMatch(/^default-src 'none'/);
    expect(mailPolicy(remoteImages)).not.toContain('script-src');
    expect(buildMailDocument('', options({ remoteImages })).html).toContain(
      `content="${mailPolicy(remoteImages)}"`,
    );
  }
  expect(mailPolicy('block')).not.toContain('http');
});

test('a mail that paints itself gets white paper', () => {
  const painted = buildMailDocument('<table bgcolor="#fff"></table>', options());
  expect(painted.ownColors).toBe(true);
  expect(painted.html).toContain('data-scheme="light"');
  expect(buildMailDocument('<p>plain</p>', options()).html).toContain('data-scheme="dark"');
});

test('an address cannot break out of its attribute', () => {
  const built = buildMailDocument('', options({ styleSheet: '"><script>' }));
  expect(built.html).not.toContain('<script>');
});
