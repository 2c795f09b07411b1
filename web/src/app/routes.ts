// The page's places, as the fragment of its address: links, back and reload work on any server that
// serves one file.
import type { Query } from '../api/client';
import { queryText } from '../api/client';

export type StatusFilter = 'open' | 'pending' | 'solved' | 'all';
export type AssigneeFilter = 'anyone' | 'me' | 'none';
export type Sorting = 'waiting' | 'updated' | 'created';

export interface InboxFilter {
  status: StatusFilter;
  assignee: AssigneeFilter;
  connector: string;
  q: string;
  sort: Sorting;
}

export type Route =
  | { name: 'inbox'; ticket: string | null }
  | { name: 'customer'; id: string }
  | { name: 'search'; q: string }
  | { name: 'quarantine' }
  | { name: 'connectors' }
  | { name: 'team' }
  | { name: 'account' };

export const defaultFilter: InboxFilter = {
  status: 'open',
  assignee: 'anyone',
  connector: '',
  q: '',
  sort: 'waiting',
};

export interface Place {
  route: Route;
  filter: InboxFilter;
}

export function parsePlace(fragment: string): Place {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  return { route: parseRoute(path, parameters), filter: parseFilter(parameters) };
}

export function formatPlace({ route, filter }: Place): string {
  switch (route.name) {
    case 'inbox': {
      const path = route.ticket === null ? 'inbox' : `tickets/${encodeURIComponent(route.ticket)}`;
      return `#/${path}${queryText(changedFilter(filter))}`;
    }
    case 'customer':
      return `#/customers/${encodeURIComponent(route.id)}`;
    case 'search':
      return `#/search${queryText({ find: route.q })}`;
    default:
      return `#/${route.name}`;
  }
}

// What the filter asks of the API; "all" and "anyone" ask for nothing.
export function ticketQuery(filter: InboxFilter): Query {
  return {
    status: filter.status === 'all' ? null : filter.status,
    assignee: filter.assignee === 'anyone' ? null : filter.assignee,
    connector: filter.connector,
    q: filter.q,
    sort: filter.sort,
  };
}

function parseRoute(path: string, parameters: URLSearchParams): Route {
  const [head, tail] = path.split('/', 2).map(decodePart);
  if (head === 'tickets' && tail) return { name: 'inbox', ticket: tail };
  if (head === 'customers' && tail) return { name: 'customer', id: tail };
  if (head === 'search') return { name: 'search', q: parameters.get('find') ?? '' };
  if (head === 'quarantine' || head === 'connectors') return { name: head };
  if (head === 'team' || head === 'account') return { name: head };
  return { name: 'inbox', ticket: null };
}

function parseFilter(parameters: URLSearchParams): InboxFilter {
  return {
    status: oneOf(parameters.get('status'), ['open', 'pending', 'solved', 'all']),
    assignee: oneOf(parameters.get('assignee'), ['anyone', 'me', 'none']),
    connector: parameters.get('connector') ?? '',
    q: parameters.get('q') ?? '',
    sort: oneOf(parameters.get('sort'), ['waiting', 'updated', 'created']),
  };
}

function changedFilter(filter: InboxFilter): Query {
  const query: Query = {};
  for (const name of Object.keys(defaultFilter) as (keyof InboxFilter)[]) {
    if (filter[name] !== defaultFilter[name]) query[name] = filter[name];
  }
  return query;
}

function oneOf<T extends string>(value: string | null, choices: [T, ...T[]]): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
