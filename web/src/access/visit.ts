// What the page remembers of being signed in, and the one-use links it is opened with. The session
// itself is a cookie that no script can read; here stands only that it is worth asking for one.
const key = 'tributary.visited';

export interface Link {
  kind: 'setup' | 'invitation';
  token: string;
}

export function hasVisited(): boolean {
  return localStorage.getItem(key) !== null;
}

export function noteVisit(): void {
  localStorage.setItem(key, '1');
}

export function forgetVisit(): void {
  localStorage.removeItem(key);
}

// "#signed-in" and "#refused=…": how a journey to the identity provider ended.
export function takeArrival(): { refused: string } | null {
  const arrival = readArrival(location.hash);
  if (!arrival) return null;
  history.replaceState(null, '', location.pathname + location.search);
  if (!arrival.refused) noteVisit();
  return arrival;
}

export function readArrival(fragment: string): { refused: string } | null {
  if (fragment === '#signed-in') return { refused: '' };
  const refused = new URLSearchParams(fragment.replace(/^#/, '')).get('refused');
  return refused ? { refused } : null;
}

// "#invitation=…" or "#setup=…": servers never see a fragment, and it leaves the address at once so
// that it is neither bookmarked nor shared.
export function takeLink(): Link | null {
  const link = readLink(location.hash);
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

export function readLink(fragment: string): Link | null {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  for (const kind of ['setup', 'invitation'] as const) {
    const token = parameters.get(kind);
    if (token) return { kind, token };
  }
  return null;
}
