// How to reach every view of the app, for the access tests and the pictures.
import { openTicket } from './browser.mjs';

export const views = {
  inbox: async () => {},
  ticket: (page) => openTicket(page, 'Floor lamp arrived'),
  html: (page) => openTicket(page, 'Angebot'),
  claimed: (page) => openTicket(page, 'Please change my delivery'),
  chat: (page) => openTicket(page, 'dimmer'),
  customer: async (page) => {
    await openTicket(page, 'Floor lamp arrived');
    const button = page.getByRole('button', { name: 'Customer', exact: true });
    if (await button.isVisible()) await button.click();
    await page.getByRole('button', { name: 'Orders' }).click();
    await page.waitForTimeout(200);
  },
  stale: async (page, mock) => {
    await openTicket(page, 'Floor lamp arrived');
    await page.getByLabel('Your reply').fill('It will arrive on Thursday.');
    const ticket = mock.world.tickets.find((one) => one.subject.startsWith('Floor lamp'));
    mock.customerWrites(
      ticket.id,
      'One more thing: could you add two spare bulbs and charge them?',
    );
    await page.getByText('Something new arrived').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Wait: this ticket moved on').waitFor();
  },
  note: async (page) => {
    await openTicket(page, 'Floor lamp arrived');
    await page.getByRole('button', { name: 'Note', exact: true }).click();
  },
  customer_page: async (page, mock) => {
    await page.goto(`${mock.url}/#/customers/${mock.world.customers[0].id}`);
    await page.getByRole('list', { name: 'Timeline' }).waitFor();
  },
  search: async (page, mock) => {
    await page.goto(`${mock.url}/#/search?find=lamp`);
    await page.getByText('Results for').waitFor();
  },
  quarantine: async (page, mock) => {
    await page.goto(`${mock.url}/#/quarantine`);
    await page.getByRole('button', { name: 'Take in again' }).first().waitFor();
  },
  connectors: async (page, mock) => {
    await page.goto(`${mock.url}/#/connectors`);
    await page.getByText('Sign-in refused').first().waitFor();
  },
  shortcuts: async (page) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  },
  empty: async (page) => {
    await page.getByLabel('Search tickets').fill('zzz');
    await page.getByText('No ticket matches').waitFor();
  },
  team: async (page, mock) => {
    await page.goto(`${mock.url}/#/team`);
    await page.getByText('Jonas Weber').first().waitFor();
  },
  account: async (page, mock) => {
    await page.goto(`${mock.url}/#/account`);
    await page.getByText('Second factor').waitFor();
  },
  set_up: async (page, mock) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').waitFor();
    await page.goto('about:blank');
    await page.goto(`${mock.url}/#setup=good`);
    await page.getByText('Make the first administrator').waitFor();
  },
  sign_in: async (page) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').waitFor();
  },
};
