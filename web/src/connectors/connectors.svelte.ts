// How each way in and out is doing.
import type { ApiClient } from '../api/client';
import type { Connector } from '../api/types';
import { Refresher } from '../app/refresher';

export type Health = 'good' | 'busy' | 'bad' | 'off';

export class Connectors {
  items = $state.raw<Connector[]>([]);
  isLoaded = $state(false);
  problem = $state.raw<unknown>(null);
  private readonly refresher = new Refresher(() => this.refresh(), 400);

  constructor(private readonly api: ApiClient) {}

  async refresh(): Promise<void> {
    try {
      this.items = (await this.api.connectors()).items;
      this.isLoaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  refreshSoon(): void {
    this.refresher.request();
  }

  find(name: string | null): Connector | undefined {
    return this.items.find((connector) => connector.name === name);
  }
}

export function healthOf(connector: Connector): Health {
  return healthOfState[connector.state] ?? 'bad';
}

const healthOfState: Record<Connector['state'], Health> = {
  up: 'good',
  starting: 'busy',
  degraded: 'busy',
  down: 'bad',
  auth_failed: 'bad',
  paused: 'off',
};

export function pileOf(connector: Connector): number {
  return (connector.backlog ?? 0) + connector.queued;
}
