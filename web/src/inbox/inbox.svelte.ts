// The list of tickets under the current filter: paged by cursor, refreshed in place by changes.
import { isAbort, type ApiClient } from '../api/client';
import type { Ticket } from '../api/types';
import { moveCursor } from '../app/keyboard';
import { Refresher } from '../app/refresher';
import { defaultFilter, ticketQuery, type InboxFilter } from '../app/routes';

const pageSize = 40;
const largestPage = 200; // the server's own limit

export class Inbox {
  items = $state.raw<Ticket[]>([]);
  next = $state<string | null>(null);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<unknown>(null);
  isLoadingMore = $state(false);
  cursor = $state<string | null>(null); // where j and k stand

  private filter: InboxFilter = defaultFilter;
  private running: AbortController | null = null;
  private readonly refresher = new Refresher(() => this.refresh(), 200);

  constructor(private readonly api: ApiClient) {}

  async load(filter: InboxFilter): Promise<void> {
    this.filter = filter;
    this.state = 'loading';
    this.items = [];
    await this.fetchFirst(pageSize);
  }

  // Reads anew as much as is shown, so that the list neither jumps nor shrinks.
  async refresh(): Promise<void> {
    const shown = Math.ceil(Math.max(1, this.items.length) / pageSize) * pageSize;
    await this.fetchFirst(Math.min(largestPage, shown));
  }

  refreshSoon(): void {
    this.refresher.request();
  }

  async loadMore(): Promise<void> {
    if (this.next === null || this.isLoadingMore || this.state !== 'ready') return;
    this.isLoadingMore = true;
    const filter = this.filter;
    try {
      const page = await this.api.tickets({
        ...ticketQuery(filter),
        limit: pageSize,
        cursor: this.next,
      });
      if (filter !== this.filter) return;
      const known = new Set(this.items.map((ticket) => ticket.id));
      this.items = [...this.items, ...page.items.filter((ticket) => !known.has(ticket.id))];
      this.next = page.next;
    } catch (problem) {
      this.problem = problem;
    } finally {
      this.isLoadingMore = false;
    }
  }

  move(by: 1 | -1, from: string | null): string | null {
    const ids = this.items.map((ticket) => ticket.id);
    this.cursor = moveCursor(ids, this.cursor ?? from, by);
    return this.cursor;
  }

  stop(): void {
    this.refresher.cancel();
    this.running?.abort();
  }

  private async fetchFirst(limit: number): Promise<void> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    try {
      const query = { ...ticketQuery(this.filter), limit };
      const page = await this.api.tickets(query, controller.signal);
      if (controller.signal.aborted) return;
      this.items = page.items;
      this.next = page.next;
      this.state = 'ready';
      this.problem = null;
    } catch (problem) {
      if (isAbort(problem) || controller.signal.aborted) return;
      this.problem = problem;
      // A list already shown stays: old is better than empty.
      if (this.state === 'loading') this.state = 'failed';
    }
  }
}
