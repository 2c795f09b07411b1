import { expect, test } from 'vitest';
import { defaultFilter, formatPlace, parsePlace, ticketQuery, type Place } from './routes';

const inbox = (ticket: string | null, filter = {}): Place => ({
  route: { name: 'inbox', ticket },
  filter: { ...defaultFilter, ...filter },
});

test.each<[string, Place]>([
  ['#/inbox', inbox(null)],
  ['#/inbox?status=pending&assignee=me', inbox(null, { status: 'pending', assignee: 'me' })],
  ['#/tickets/0198?q=a+b', inbox('0198', { q: 'a b' })],
  ['#/customers/c1', { route: { name: 'customer', id: 'c1' }, filter: defaultFilter }],
  ['#/search?find=%26', { route: { name: 'search', q: '&' }, filter: defaultFilter }],
  ['#/quarantine', { route: { name: 'quarantine' }, filter: defaultFilter }],
  ['#/connectors', { route: { name: 'connectors' }, filter: defaultFilter }],
])('%s is read and written alike', (fragment, place) => {
  expect(parsePlace(fragment)).toEqual(place);
  expect(formatPlace(place)).toBe(fragment);
});

test.each(['', '#', '#/nowhere', '#/tickets/', '#/inbox?status=broken', '#/%E0%A4%A'])(
  '%j leads to the inbox',
  (fragment) => expect(parsePlace(fragment)).toEqual(inbox(null)),
);

test('"all" and "anyone" ask the API for nothing', () => {
  const query = ticketQuery({ ...defaultFilter, status: 'all' });
  expect(query.status).toBeNull();
  expect(query.assignee).toBeNull();
});
