// The access token lives in this tab only. A link may bring one in its fragment, which servers
// never see; it is taken out of the address at once so that it is neither bookmarked nor shared.
const key = 'tributary.token';

export function storedToken(): string | null {
  return takeFromAddress() ?? sessionStorage.getItem(key);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(key, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(key);
}

function takeFromAddress(): string | null {
  const parameters = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = parameters.get('token');
  if (!token) return null;
  history.replaceState(null, '', location.pathname + location.search);
  keepToken(token);
  return token;
}
