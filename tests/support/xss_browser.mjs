// Shows each HTML of a JSON list on standard input ([{"raw", "safe"}]) in a browser and watches what it does.
// Prints what ran a script and what asked for something, by index, as JSON. Sanitised ones are shown some at a
// time: the index is that of the first of them.
//   raw      every fourth as it came, to prove that this watching notices
//   bare     sanitised, on a page without any policy: the first wall alone
//   framed   sanitised, in a frame like the desk's, under its policy (argument 1): both walls
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const HOME = 'http://desk.example/';
const vectors = JSON.parse(readFileSync(0, 'utf8'));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic'],
});

// What pages may do to each element without a person deciding it: events, focus, and links that are no addresses.
function provoke(root) {
  for (const element of root.querySelectorAll('*')) {
    for (const name of ['mouseover', 'mouseenter', 'pointerenter', 'focus', 'wheel', 'cut', 'toggle', 'scroll', 'load'])
      element.dispatchEvent(new Event(name, { bubbles: true }));
    if (element.focus) element.focus();
    const link = element.getAttribute('href') ?? element.getAttribute('xlink:href');
    if (link !== null && !/^(https?:|mailto:|tel:)/i.test(link)) element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  }
}

async function watch(page, { documentOf, every, together, policy }) {
  let current = -1;
  const ran = new Set();
  const asked = {};
  let body = '';
  await page.exposeFunction('noteRan', () => void ran.add(current));
  await page.addInitScript(() => {
    globalThis.ran = globalThis.alert = () => globalThis.top.noteRan();
  });
  page.on('dialog', (dialog) => dialog.dismiss());
  await page.route('**/*', (route) => {
    const request = route.request();
    if (request.url() === HOME) return route.fulfill({ contentType: 'text/html; charset=utf-8', body, headers: policy ? { 'Content-Security-Policy': policy } : {} });
    (asked[current] ??= []).push(`${request.resourceType()} ${request.url()}`);
    return route.abort();
  });
  for (let index = 0; index < vectors.length; index += every) {
    current = index;
    const shown = vectors.slice(index, index + together);
    body = `<!doctype html><body>${shown.map(documentOf).join('<hr>')}`;
    try {
      await page.goto(HOME, { waitUntil: 'domcontentloaded', timeout: 5000 });
      await page.evaluate(`(${provoke})(document); for (const frame of document.querySelectorAll('iframe')) if (frame.contentDocument) (${provoke})(frame.contentDocument);`);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
    } catch {
      // The page went away by itself: what it asked for has been noted.
    }
  }
  return { ran: [...ran], asked };
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const ways = {
  raw: { documentOf: ({ raw }) => raw, every: 4, together: 1 },
  bare: { documentOf: ({ safe }) => safe, every: 12, together: 12 },
  framed: {
    documentOf: ({ safe }) =>
      `<iframe sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" srcdoc="${escape(safe)}"></iframe>`,
    every: 12,
    together: 12,
    policy: process.argv[2],
  },
};

const report = {};
for (const [name, way] of Object.entries(ways)) {
  const context = await browser.newContext();
  report[name] = await watch(await context.newPage(), way);
  await context.close();
}
await browser.close();
console.log(JSON.stringify(report));
