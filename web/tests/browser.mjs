// A page of the built app against the mock, with everything that must not happen being recorded.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { cookie, startMock } from '../mock/server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);
export const dist = process.env.WEB_DIST ?? path.join(here, '../dist');

export async function startBrowser() {
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function openDesk(
  browser,
  { width = 1280, height = 800, scheme = 'light', at = '' } = {},
) {
  const mock = await startMock({ dist });
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    acceptDownloads: true,
    hasTouch: width < 600,
  });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  page.on('requestfailed', (request) => {
    if (!request.url().startsWith(mock.url)) faults.push(`outside: ${request.url()}`);
  });
  await page.exposeFunction('reportViolation', (text) => faults.push(`csp: ${text}`));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.reportViolation(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await context.addCookies([{ ...cookie, url: mock.url }]);
  await page.addInitScript(() => {
    if (!location.protocol.startsWith('http')) return;
    if (!sessionStorage.getItem('began')) localStorage.setItem('tributary.visited', '1');
    sessionStorage.setItem('began', '1');
  });
  await page.goto(mock.url);
  await page.getByRole('list', { name: 'Tickets' }).waitFor();
  if (at) await page.goto(mock.url + at);
  const close = async () => {
    await context.close();
    await mock.stop();
  };
  return { page, mock, faults, close };
}

export async function openTicket(page, subject) {
  await page.getByRole('link', { name: subject }).first().click();
  await page.getByRole('heading', { level: 2, name: subject }).waitFor();
}
