// WCAG A and AA by axe-core on every view, in both schemes and at both ends of the widths.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openDesk, startBrowser } from './browser.mjs';
import { views } from './views.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let browser;
let source;
beforeAll(async () => {
  source = await readFile(axe, 'utf8');
  if (hasChromium) browser = await startBrowser();
});
afterAll(() => browser?.close());

const cases = [1280, 360].flatMap((width) => Object.keys(views).map((name) => ({ name, width })));

async function violationsOf(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  const { violations } = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values }, iframes: false }),
    tags,
  );
  return violations.map(
    ({ id, nodes }) =>
      `${scheme} ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
  );
}

describe.skipIf(!hasChromium)('access', () => {
  test.each(cases)('$name at $width px', async ({ name, width }) => {
    const { page, mock, close } = await openDesk(browser, { width, height: 800 });
    try {
      await views[name](page, mock);
      await page.evaluate(source); // by the debugger, which the page's policy does not bind
      expect(await violationsOf(page, 'light')).toEqual([]);
      expect(await violationsOf(page, 'dark')).toEqual([]);
    } finally {
      await close();
    }
  });
});
