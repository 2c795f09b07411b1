// Pictures of every view, for eyes: npm run shots [name] writes tests/shots/*.png.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDesk, startBrowser } from './browser.mjs';
import { views } from './views.mjs';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'shots');
const only = process.argv[2];
const sizes = [
  { name: 'wide', width: 1280, height: 800 },
  { name: 'tablet', width: 768, height: 1000 },
  { name: 'phone', width: 360, height: 740 },
];

await mkdir(folder, { recursive: true });
const browser = await startBrowser();
for (const scheme of ['light', 'dark']) {
  for (const size of sizes) {
    for (const [name, visit] of Object.entries(views)) {
      if (only && !`${name}-${size.name}-${scheme}`.includes(only)) continue;
      const { page, mock, faults, close } = await openDesk(browser, { ...size, scheme });
      try {
        await visit(page, mock);
        await page.waitForTimeout(250);
      } catch (error) {
        console.log(`${name}-${size.name}-${scheme}: ${String(error).split('\n')[0]}`);
      }
      await page.screenshot({ path: path.join(folder, `${name}-${size.name}-${scheme}.png`) });
      for (const fault of faults) console.log(`${name}-${size.name}-${scheme}: ${fault}`);
      await close();
    }
  }
}
await browser.close();
