// What could not be taken in.
import type { ApiClient } from '../api/client';
import type { HeldItem } from '../api/types';
import { Refresher } from '../app/refresher';
import { newIdempotencyKey } from '../text/keys';

export class Quarantine {
  items = $state.raw<HeldItem[]>([]);
  next = $state<string | null>(null);
  isLoaded = $state(false);
  problem = $state.raw<unknown>(null);
  private readonly refresher = new Refresher(() => this.refresh());

  constructor(private readonly api: ApiClient) {}

  async refresh(): Promise<void> {
    try {
      const page = await this.api.quarantine();
      this.items = page.items;
      this.next = page.next;
      this.isLoaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  refreshSoon(): void {
    this.refresher.request();
  }

  async loadMore(): Promise<void> {
    if (this.next === null) return;
    const page = await this.api.quarantine(this.next);
    this.items = [...this.items, ...page.items];
    this.next = page.next;
  }

  async replay(item: HeldItem): Promise<void> {
    await this.api.replayHeld(item.id, newIdempotencyKey());
    this.drop(item);
  }

  async discard(item: HeldItem): Promise<void> {
    await this.api.discardHeld(item.id, newIdempotencyKey());
    this.drop(item);
  }

  private drop(item: HeldItem): void {
    this.items = this.items.filter((one) => one.id !== item.id);
  }
}
