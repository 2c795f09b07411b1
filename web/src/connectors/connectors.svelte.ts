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

  find(name: string): Connector | undefined {
    return this.items.find((connector) => connector.name === name);
  }

  titleOf(name: string): string {
    return this.find(name)?.title || name;
  }
}

// Whatever the states are called, a reason means that something is wrong.
export function healthOf(connector: Connector): Health {
  if (['failed', 'misconfigured', 'error', 'unavailable'].includes(connector.state)) return 'bad';
  if (['stopped', 'disabled', 'off'].includes(connector.state)) return 'off';
  if (['starting', 'retrying', 'degraded', 'connecting', 'waiting'].includes(connector.state)) {
    return connector.state === 'starting' ? 'busy' : 'bad';
  }
  return connector.reason ? 'busy' : 'good';
}
