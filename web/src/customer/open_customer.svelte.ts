// One customer with the whole timeline, newest first, under a filter by kind.
import { isAbort, type ApiClient } from '../api/client';
import type { Customer, Id, Interaction, Kind } from '../api/types';
import { Refresher } from '../app/refresher';

const pageSize = 30;
const largestPage = 200;

export class OpenCustomer {
  customer = $state.raw<Customer | null>(null);
  problem = $state.raw<unknown>(null);
  kind = $state<Kind | null>(null);
  items = $state.raw<Interaction[]>([]);
  next = $state<string | null>(null);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  timelineProblem = $state.raw<unknown>(null);
  isLoadingMore = $state(false);

  private running: AbortController | null = null;
  private readonly refresher = new Refresher(async () => {
    await Promise.all([this.loadCustomer(), this.refreshTimeline()]);
  });

  constructor(
    private readonly api: ApiClient,
    readonly id: Id,
  ) {}

  load(): void {
    void this.loadCustomer();
    void this.loadTimeline();
  }

  refreshSoon(): void {
    this.refresher.request();
  }

  show(kind: Kind | null): void {
    this.kind = kind;
    void this.loadTimeline();
  }

  async loadMore(): Promise<void> {
    if (this.next === null || this.isLoadingMore) return;
    this.isLoadingMore = true;
    const kind = this.kind;
    try {
      const page = await this.api.timeline(this.id, { kind, limit: pageSize, cursor: this.next });
      if (kind !== this.kind) return;
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...page.items.filter((item) => !known.has(item.id))];
      this.next = page.next;
    } catch (problem) {
      this.timelineProblem = problem;
    } finally {
      this.isLoadingMore = false;
    }
  }

  async loadTimeline(): Promise<void> {
    this.state = 'loading';
    this.items = [];
    await this.fetchTimeline(pageSize);
  }

  private async refreshTimeline(): Promise<void> {
    const shown = Math.ceil(Math.max(1, this.items.length) / pageSize) * pageSize;
    await this.fetchTimeline(Math.min(largestPage, shown));
  }

  private async loadCustomer(): Promise<void> {
    try {
      this.customer = await this.api.customer(this.id);
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  private async fetchTimeline(limit: number): Promise<void> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    try {
      const page = await this.api.timeline(this.id, { kind: this.kind, limit }, controller.signal);
      if (controller.signal.aborted) return;
      this.items = page.items;
      this.next = page.next;
      this.state = 'ready';
      this.timelineProblem = null;
    } catch (problem) {
      if (isAbort(problem) || controller.signal.aborted) return;
      this.timelineProblem = problem;
      if (this.state === 'loading') this.state = 'failed';
    }
  }
}
