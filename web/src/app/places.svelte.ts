// Where the page is. The address is the truth; this follows it.
import { defaultFilter, formatPlace, parsePlace, type InboxFilter, type Route } from './routes';

export class Places {
  route = $state.raw<Route>({ name: 'inbox', ticket: null });
  filter = $state.raw<InboxFilter>(defaultFilter);

  constructor() {
    this.read();
  }

  // Returns how to stop following.
  follow(): () => void {
    const read = () => this.read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }

  go(route: Route): void {
    location.hash = this.href(route);
  }

  href(route: Route): string {
    return formatPlace({ route, filter: this.filter });
  }

  // Narrowing a list is not a place to come back to, so it replaces the history entry.
  narrow(change: Partial<InboxFilter>): void {
    this.filter = { ...this.filter, ...change };
    history.replaceState(null, '', this.href(this.route));
  }

  openTicket(id: string): void {
    this.go({ name: 'inbox', ticket: id });
  }

  get ticket(): string | null {
    return this.route.name === 'inbox' ? this.route.ticket : null;
  }

  private read(): void {
    const place = parsePlace(location.hash);
    this.route = place.route;
    // Only the inbox carries the filter in its address; elsewhere the last one is kept.
    if (place.route.name === 'inbox') this.filter = place.filter;
  }
}
