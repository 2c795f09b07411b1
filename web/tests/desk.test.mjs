// The built app in a real browser, under the policies it is served with.
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { login } from '../mock/server.mjs';
import { hasChromium, openDesk, openTicket, startBrowser } from './browser.mjs';

const lamp = 'Floor lamp arrived with a cracked base';
const ticketOf = (mock, subject) => mock.world.tickets.find((one) => one.subject.includes(subject));

let browser;
let desk;
beforeAll(async () => {
  if (hasChromium) browser = await startBrowser();
});
afterAll(() => browser?.close());

// Whatever a test did: no console error, no policy violation, no request to the outside.
afterEach(async () => {
  const faults = desk?.faults ?? [];
  await desk?.close();
  desk = null;
  expect(faults).toEqual([]);
});

async function open(options) {
  desk = await openDesk(browser, options);
  return desk;
}

// A refused request is an error to the browser even where the app expects it.
function expectRefusal(status) {
  const at = desk.faults.findIndex((fault) => fault.includes(`status of ${status}`));
  expect(at).toBeGreaterThanOrEqual(0);
  desk.faults.splice(at, 1);
}

describe.skipIf(!hasChromium)('desk', () => {
  test('signing in, with a second factor, and out', async () => {
    const { page, mock } = await open();
    await page.reload();
    await page.getByRole('list', { name: 'Tickets' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').fill(login.email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('the password or the code is wrong').waitFor();
    expectRefusal(401);
    mock.needsCode = true;
    await page.getByLabel('Password').fill(login.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Code of your authenticator').fill('123456');
    expectRefusal(401);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('list', { name: 'Tickets' }).waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  test('a session that ended elsewhere leads to the sign-in page', async () => {
    const { page } = await open();
    await page.context().clearCookies();
    await page.getByLabel('Assigned to').selectOption('me');
    await page.getByText('You were signed out').waitFor();
    expectRefusal(401);
    await page.reload();
    await page.getByLabel('E-mail').waitFor();
  });

  test('a link leaves the address, lets a password be chosen once, and leads to signing in', async () => {
    const { page, mock } = await open();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').waitFor();
    await page.goto('about:blank');
    await page.goto(`${mock.url}/#invitation=used`);
    await page.getByLabel('New password').fill('marble stairs in november');
    expect(page.url()).not.toContain('used');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('not valid any more').waitFor();
    expectRefusal(403);
    await page.goto('about:blank');
    await page.goto(`${mock.url}/#setup=good`);
    await page.getByLabel('Your name').fill('Mira');
    await page.getByLabel('E-mail').fill(login.email);
    await page.getByLabel('New password').fill('marble stairs in november');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('Your password is set').waitFor();
  });

  test('an administrator adds somebody, limits them to a team, and off-boards them', async () => {
    const { page, mock } = await open();
    await page.getByRole('link', { name: 'Team' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Noor Haddad');
    await page.getByLabel('E-mail').fill('noor@lakeside.example');
    await page.getByRole('button', { name: 'Add somebody' }).click();
    await page.getByText(/#invitation=good/).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('group', { name: 'Teams of Noor' }).getByText('Shop').click();
    const noor = () => mock.world.agents.find((one) => one.name.startsWith('Noor'));
    await expect.poll(() => noor().teams).toEqual([mock.world.teams[0].id]);
    await page.getByRole('group', { name: 'Channels of Shop' }).getByText('site-chat').click();
    await expect.poll(() => mock.world.teams[0].connectors).toEqual(['shop', 'site-chat']);
    const card = page.getByRole('listitem').filter({ hasText: 'Noor Haddad' });
    await card.getByRole('button', { name: 'Off-board' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Off-board' }).click();
    await expect.poll(() => noor().disabled).toBe(true);
  });

  test('the inbox shows the longest waiting first, filters, pages and searches', async () => {
    const { page } = await open();
    const rows = page.getByRole('list', { name: 'Tickets' }).getByRole('link');
    await expect.poll(() => rows.first().textContent()).toContain('Wholesale price list');
    const first = await rows.count();
    expect(first).toBe(40);
    await page
      .locator('.inbox-pane .list')
      .evaluate((list) => (list.scrollTop = list.scrollHeight));
    await expect.poll(() => rows.count()).toBeGreaterThan(first);

    await page.getByRole('button', { name: 'Pending' }).click();
    await expect.poll(() => rows.first().textContent()).toContain('Pending');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByLabel('Assigned to').selectOption('me');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().textContent()).toContain(lamp);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Assigned to').selectOption('anyone');
    await page.getByLabel('Channel', { exact: true }).selectOption('site-chat');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Channel', { exact: true }).selectOption('');

    await page.getByLabel('Search tickets').fill('zzz');
    await page.getByText('No ticket matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => rows.count()).toBe(40);
  });

  test('from the inbox to a delivered reply with a file', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    await page.getByText('When will it arrive?').first().waitFor();
    await page.getByRole('button', { name: 'Show what was quoted' }).click();
    await page.locator('.quoted').getByText('No need to return anything').waitFor();

    await page.getByLabel('Your reply').fill('On Thursday, between 10 and 18.');
    await page.locator('input[type=file]').setInputFiles({
      name: 'label.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('label'),
    });
    await page.getByText('label.pdf').waitFor();
    await page.getByLabel('Your reply').press('Control+Enter');
    await page.getByRole('article').getByText('On Thursday, between 10 and 18.').waitFor();
    await page.getByText('Goes to Anna Lindqvist').waitFor();
    await expect.poll(() => page.getByText('Accepted for Anna Lindqvist').count()).toBe(2);
    expect(mock.sent).toHaveLength(1);
    expect(mock.sent[0].attachments[0]).toMatchObject({
      filename: 'label.pdf',
      data: Buffer.from('label').toString('base64'),
    });
    expect(await page.getByLabel('Your reply').inputValue()).toBe('');
  });

  test('a reply is undone by its toast and its words and files come back', async () => {
    const { page, mock } = await open();
    mock.isHolding = true;
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('Sent too soon.');
    await page.locator('input[type=file]').setInputFiles({
      name: 'label.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('label'),
    });
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Taken back, not sent to Anna Lindqvist').waitFor();
    await expect.poll(() => page.getByLabel('Your reply').inputValue()).toBe('Sent too soon.');
    expect(mock.sent[0].undo_s).toBe(10);
    await page.getByRole('button', { name: 'Remove label.pdf' }).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect.poll(() => mock.sent[1]?.attachments).toEqual([{ id: 'file-label.pdf' }]);
  });

  test('a reply that waits to leave says when and can be taken back', async () => {
    const { page, mock } = await open();
    mock.isHolding = true;
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('Let me think again.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const entry = page.getByRole('article').filter({ hasText: 'Let me think again.' });
    await entry.getByText(/Leaves at \d/).waitFor();
    await entry.getByRole('button', { name: 'Take back' }).click();
    await entry.getByText('Taken back, not sent to Anna Lindqvist').waitFor();
    expect(await entry.getByRole('button', { name: 'Take back' }).count()).toBe(0);
  });

  test('what has left cannot be taken back, and the agent is told', async () => {
    const { page, mock } = await open();
    mock.isHolding = true;
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('Gone.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    for (const delivery of mock.world.interactions.at(-1).deliveries) delivery.attempts = 1;
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('It is too late to take this back.').waitFor();
    expectRefusal(409);
  });

  test('a reply whose answer was lost goes out once when tried again', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('Only once, please.');
    mock.failNext = 503;
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Not sent. Your text is kept').waitFor();
    expectRefusal(503);
    // The words did go out, and the page learns so by the change feed before the second try.
    await page.getByRole('article').getByText('Only once, please.').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect.poll(() => page.getByLabel('Your reply').inputValue()).toBe('');
    expect(mock.sent).toHaveLength(1);
  });

  test('a reply that overlooks new words is held back until they are read', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('On Thursday.');
    mock.customerWrites(ticketOf(mock, lamp).id, 'Please cancel everything!');
    await page.getByText('Something new arrived while you were writing').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Wait: this ticket moved on').waitFor();
    expectRefusal(409);
    expect(mock.sent).toHaveLength(0);
    await page.getByRole('alert').getByText('Please cancel everything!').waitFor();
    await page.getByRole('button', { name: 'Send anyway' }).click();
    await expect.poll(() => mock.sent.length).toBe(1);
    expect(await page.getByText('Wait: this ticket moved on').count()).toBe(0);
  });

  test('a change of status while writing is no reason to hold a reply back', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('On Thursday.');
    await page.getByLabel('Priority').selectOption('urgent');
    await expect.poll(() => ticketOf(mock, lamp).priority).toBe('urgent');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect.poll(() => mock.sent.length).toBe(1);
  });

  test('changes arrive live, and again after the connection broke', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    mock.customerWrites(ticketOf(mock, lamp).id, 'First live words');
    await page.getByRole('article').getByText('First live words').waitFor();
    mock.dropSockets();
    mock.customerWrites(ticketOf(mock, lamp).id, 'Said while away');
    await page.getByRole('article').getByText('Said while away').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Said while away' }).first().waitFor();
  });

  test('without sockets the page polls', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    mock.isSocketRefused = true;
    mock.dropSockets();
    await page.getByText('Live, by polling').waitFor({ state: 'attached', timeout: 20_000 });
    mock.customerWrites(ticketOf(mock, lamp).id, 'Heard by polling');
    await page.getByRole('article').getByText('Heard by polling').waitFor();
    desk.faults.splice(
      0,
      desk.faults.length,
      ...desk.faults.filter((one) => !/WebSocket/.test(one)),
    );
  });

  test('offline is said and ended', async () => {
    const { page } = await open();
    await page.context().setOffline(true);
    await page.getByText('You are offline').waitFor();
    await page.context().setOffline(false);
    await page.getByText('You are offline').waitFor({ state: 'detached' });
  });

  test('the keyboard does it all', async () => {
    const { page, mock } = await open();
    const first = ticketOf(mock, 'Wholesale');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Wholesale' }).waitFor();
    await page.keyboard.press('a');
    await expect.poll(() => first.assignee?.name).toBe('Mira Solberg');
    await page.keyboard.press('n');
    await page.keyboard.type('check the sender first');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('article').getByText('check the sender first').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await page.getByLabel('Your reply').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement.tagName)).toBe('TEXTAREA');
    await page.keyboard.type('e and a are only letters here');
    expect(first.status).toBe('open');
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await expect.poll(() => first.status).toBe('solved');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => first.status).toBe('open');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('lamp');
    await page.keyboard.press('Enter');
    await page.getByText('Results for “lamp”').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('list', { name: 'Tickets' }).waitFor();
  });

  test('somebody else was faster: the ticket is read anew and nothing overwritten', async () => {
    const { page, mock } = await open();
    await openTicket(page, lamp);
    const ticket = ticketOf(mock, lamp);
    Object.assign(ticket, { status: 'pending', version: ticket.version + 1 });
    await page.getByLabel('Priority').selectOption('low');
    await page.getByText('Somebody else changed this ticket').waitFor();
    expectRefusal(412);
    expect(ticket.priority).toBe('high');
    expect(await page.getByLabel('Status').inputValue()).toBe('pending');
  });

  test('the timeline shows every channel and filters by kind', async () => {
    const { page } = await open();
    await openTicket(page, lamp);
    const timeline = page.getByRole('list', { name: 'Timeline' });
    await timeline.getByText('Order LS-20418', { exact: true }).waitFor();
    await timeline.getByText('Internal note').waitFor();
    await page.getByRole('button', { name: 'Orders' }).click();
    await expect.poll(() => timeline.getByRole('listitem').count()).toBe(1);
    expect(await timeline.getByRole('table').textContent()).toMatch(/Vik.*€189.00.*€211.50/s);
    await page.getByRole('button', { name: 'Calls' }).click();
    await timeline.getByText('Incoming call').waitFor();
  });

  test('who merely claims to be a customer is marked, with the reason', async () => {
    const { page } = await open();
    await openTicket(page, 'Please change my delivery address');
    await page.getByRole('button', { name: 'claims to be this customer' }).waitFor();
    const why = page.getByRole('button', { name: 'Why here?' });
    await why.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('tooltip').getByText('Nothing proves that the writer owns it').waitFor();
  });

  test('a failed delivery is said for its recipient, with the reason', async () => {
    const { page } = await open();
    await openTicket(page, 'Angebot');
    const delivery = page.getByRole('list', { name: 'Delivery' });
    await delivery.getByText('Not delivered to Katrin Bauer').waitFor();
    await delivery.getByText('550 5.1.1 No such user here').waitFor();
    await delivery.getByText(/2 attempts · next try/).waitFor();
  });

  test('HTML is shown in a frame without scripts; remote images wait to be asked for', async () => {
    // E53, E54
    const { page } = await open();
    const wanted = [];
    await page.route('https://tracker.example/**', (route) => {
      wanted.push(route.request().url());
      return route.fulfill({ contentType: 'image/gif', body: Buffer.from('GIF89a') });
    });
    await openTicket(page, 'Angebot');
    const frame = page.getByTitle('Message from Bauer & Söhne GmbH');
    expect(await frame.getAttribute('sandbox')).not.toContain('allow-scripts');
    await frame.contentFrame().getByText('Angebot bis Freitag').waitFor();
    await expect
      .poll(() => frame.contentFrame().locator('img').first().getAttribute('src'))
      .toMatch(/^blob:/);
    const height = await frame.evaluate((one) => one.clientHeight);
    expect(height).toBeGreaterThan(200);
    expect(wanted).toEqual([]);
    await page.getByRole('button', { name: 'Load images' }).click();
    await expect.poll(() => wanted).toEqual(['https://tracker.example/open.gif?id=9']);
    await frame.contentFrame().getByText('Angebot bis Freitag').waitFor();
  });

  test('hostile HTML runs nothing, not even when images are loaded', async () => {
    // E53
    const { page, mock } = await open();
    const mail = mock.world.interactions.find((one) => one.html_sanitized);
    // As if the server's sanitiser had failed altogether.
    mail.html_sanitized =
      '<script>top.hacked=1</script><img src=x onerror="top.hacked=1"><svg onload="top.hacked=1"></svg>' +
      '<a href="javascript:top.hacked=1">click</a><iframe srcdoc="<script>top.hacked=1</script>"></iframe>' +
      '<form action="https://evil.example"><button>go</button></form><table><tr><td>cell</td></tr></table>' +
      '<meta http-equiv="refresh" content="0;url=https://evil.example"><img src="https://tracker.example/x">';
    await page.route('https://**', (route) => route.abort());
    await openTicket(page, 'Angebot');
    const frame = page.getByTitle('Message from Bauer & Söhne GmbH');
    await frame.contentFrame().getByText('cell').waitFor();
    await page.getByRole('button', { name: 'Load images' }).click();
    await frame.contentFrame().getByText('cell').waitFor();
    await frame.contentFrame().getByText('click').click();
    await frame.contentFrame().getByText('go').click();
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => globalThis.hacked)).toBeUndefined();
    expect(new URL(page.url()).origin).toBe(mock.url);
    desk.faults.length = 0; // refusals, here, are what is wanted
  });

  test('attachments and originals are downloaded', async () => {
    const { page } = await open();
    await openTicket(page, lamp);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download base-front.jpg' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('base-front.jpg');
    expect(await readFile(await file.path(), 'utf8')).toContain('bytes of');
    const [raw] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the original' }).first().click(),
    ]);
    expect(await readFile(await raw.path(), 'utf8')).toContain('Subject: raw');
  });

  test('two tickets become one', async () => {
    const { page, mock } = await open();
    await openTicket(page, 'Wholesale');
    await page.getByRole('button', { name: 'Merge into another ticket…' }).click();
    await page.getByLabel('Number of the other ticket').fill('9999');
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByText('There is no ticket 9999').waitFor();
    expectRefusal(404);
    await page.getByLabel('Number of the other ticket').fill('#1041');
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByRole('heading', { level: 2, name: lamp }).waitFor();
    await page.getByText('could you resend the wholesale price list').first().waitFor();
    expect(ticketOf(mock, 'Wholesale').merged_into).toBe(ticketOf(mock, lamp).id);
  });

  test('held mail is taken in again or discarded on purpose', async () => {
    const { page, mock } = await open();
    await page.getByRole('link', { name: /Held mail/ }).click();
    await page.getByText('mime_depth').waitFor();
    await page.getByRole('button', { name: 'Take in again' }).first().click();
    await page.getByText('mime_depth').waitFor({ state: 'detached' });
    expect(mock.world.quarantine).toHaveLength(1);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Nothing is held').waitFor();
  });

  test('a channel in trouble says why', async () => {
    const { page, mock } = await open();
    await page.getByRole('contentinfo').getByText('Down').waitFor();
    await page.getByRole('link', { name: /Channels/ }).click();
    await page.getByText('Sign-in refused by imap.lakeside.example').first().waitFor();
    mock.world.connectors[4].state = 'up';
    mock.world.connectors[4].reason = '';
    mock.change('connector.health', ['orders']);
    await page.getByText('All channels are well').waitFor();
  });

  test('a search finds customers, tickets and words, and leads there', async () => {
    const { page } = await open();
    await page.getByLabel('Search tickets').fill('lindqvist');
    await page.getByLabel('Search tickets').press('Enter');
    await page
      .getByRole('link', { name: /Anna Lindqvist/ })
      .first()
      .click();
    await page.getByRole('list', { name: 'Timeline' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: /Kind regards/ }).click();
    await page.getByRole('heading', { level: 2, name: lamp }).waitFor();
  });

  test('a draft survives a reload of the tab', async () => {
    const { page } = await open();
    await openTicket(page, lamp);
    await page.getByLabel('Your reply').fill('half a thought');
    await page.reload();
    await expect.poll(() => page.getByLabel('Your reply').inputValue()).toBe('half a thought');
  });

  test('on a phone one pane shows at a time and nothing overflows', async () => {
    const { page } = await open({ width: 360, height: 740 });
    const isTooWide = () =>
      page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
    expect(await isTooWide()).toBe(false);
    await openTicket(page, lamp);
    expect(await page.getByRole('list', { name: 'Tickets' }).isVisible()).toBe(false);
    expect(await isTooWide()).toBe(false);
    await page.getByRole('button', { name: 'Customer', exact: true }).click();
    await page.getByText('Anna Lindqvist').last().waitFor();
    expect(await page.getByLabel('Your reply').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Conversation' }).click();
    await page.getByRole('button', { name: 'Note', exact: true }).click();
    await page.getByLabel('Internal note').fill('seen on the road');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('article').getByText('seen on the road').waitFor();
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.getByRole('list', { name: 'Tickets' }).waitFor();
  });
});
