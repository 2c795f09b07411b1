// Agents and teams, as an administrator sees and changes them.
import type { ApiClient } from '../api/client';
import type { Agent, AgentPatch, Id, Team } from '../api/types';

export class People {
  agents = $state.raw<Agent[]>([]);
  teams = $state.raw<Team[]>([]);
  isLoaded = $state(false);
  problem = $state.raw<unknown>(null);

  constructor(private readonly api: ApiClient) {}

  async refresh(): Promise<void> {
    try {
      const [agents, teams] = await Promise.all([this.api.agents(), this.api.teams()]);
      // Agents that only a token acts for have no address of their own.
      this.agents = agents.items.filter((agent) => !agent.email.endsWith('@invalid'));
      this.teams = teams.items;
      this.isLoaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  async change(id: Id, patch: AgentPatch): Promise<void> {
    try {
      await this.api.changeAgent(id, patch);
    } finally {
      await this.refresh(); // what was refused goes back to what it is
    }
  }

  // Into a team, or out of it. Out of the last one an agent sees nothing.
  toggleTeam(agent: Agent, team: Team): Promise<void> {
    return this.change(agent.id, { teams: toggled(agent.teams ?? [], team.id) });
  }

  async toggleConnector(team: Team, connector: string): Promise<void> {
    await this.api.changeTeam(team.id, toggled(team.connectors, connector));
    await this.refresh();
  }
}

export function toggled(list: string[], one: string): string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}
