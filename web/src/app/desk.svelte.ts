// Everything a signed-in agent's page holds, and the one place where the server's changes are dealt
// out to it. Views get it by context.
import { getContext, setContext } from 'svelte';
import type { ApiClient } from '../api/client';
import type { Change, Me } from '../api/types';
import { Connectors } from '../connectors/connectors.svelte';
import { Inbox } from '../inbox/inbox.svelte';
import { Feed } from '../live/feed';
import type { Mode } from '../live/feed_machine';
import { Quarantine } from '../quarantine/quarantine.svelte';
import { OpenCustomer } from '../customer/open_customer.svelte';
import { OpenTicket } from '../ticket/open_ticket.svelte';
import { problemText } from '../ui/problem_text';
import { Places } from './places.svelte';
import { Toasts } from './toasts.svelte';

export class Desk {
  readonly places = new Places();
  readonly toasts = new Toasts();
  readonly inbox: Inbox;
  readonly connectors: Connectors;
  readonly quarantine: Quarantine;
  ticket = $state.raw<OpenTicket | null>(null);
  customer = $state.raw<OpenCustomer | null>(null);
  mode = $state<Mode>('idle');
  private readonly feed: Feed;

  constructor(
    readonly api: ApiClient,
    readonly me: Me,
    readonly signOut: () => void,
  ) {
    this.inbox = new Inbox(api);
    this.connectors = new Connectors(api);
    this.quarantine = new Quarantine(api);
    this.feed = new Feed(api, me.newest_change, {
      onChanges: (changes) => this.distribute(changes),
      onResync: () => this.refreshAll(),
      onMode: (mode) => (this.mode = mode),
    });
  }

  // Returns how to stop.
  start(): () => void {
    const unfollow = this.places.follow();
    this.feed.start();
    void this.connectors.refresh();
    void this.quarantine.refresh();
    return () => {
      unfollow();
      this.feed.stop();
      this.inbox.stop();
    };
  }

  reconnect(): void {
    this.feed.retryNow();
  }

  showTicket(id: string | null): void {
    if (id === (this.ticket?.id ?? null)) return;
    this.ticket = id === null ? null : new OpenTicket(this.api, this.me, id);
    void this.ticket?.refresh();
  }

  showCustomer(id: string | null): void {
    if (id === (this.customer?.id ?? null)) return;
    this.customer = id === null ? null : new OpenCustomer(this.api, id);
    this.customer?.load();
  }

  // Runs what the agent asked for; a failure becomes a message instead of an unhandled rejection.
  async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (problem) {
      this.toasts.warn(problemText(problem));
      return false;
    }
  }

  private distribute(changes: Change[]): void {
    const touched = new Set<string>();
    const subjects = new Set<string>();
    for (const change of changes) {
      subjects.add(change.kind.split('.')[0]!);
      for (const id of change.ids) touched.add(id);
    }
    if (subjects.has('connector')) this.connectors.refreshSoon();
    if (subjects.has('quarantine')) this.quarantine.refreshSoon();
    if (['ticket', 'interaction', 'delivery', 'customer'].some((name) => subjects.has(name))) {
      this.inbox.refreshSoon();
    }
    if (this.ticket?.isTouchedBy(touched)) this.ticket.refreshSoon();
    if (this.customer && touched.has(this.customer.id)) this.customer.refreshSoon();
  }

  private refreshAll(): void {
    this.inbox.refreshSoon();
    this.connectors.refreshSoon();
    this.quarantine.refreshSoon();
    this.ticket?.refreshSoon();
    this.customer?.refreshSoon();
  }
}

const key = Symbol('desk');

export function provideDesk(desk: Desk): void {
  setContext(key, desk);
}

export function useDesk(): Desk {
  return getContext<Desk>(key);
}
