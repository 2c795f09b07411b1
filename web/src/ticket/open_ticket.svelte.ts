// The ticket on the screen: what the server says of it, what the agent has seen and is writing.
import { ApiError, type ApiClient } from '../api/client';
import type { Id, Interaction, Me, Reply, Ticket, TicketDetail, TicketPatch } from '../api/types';
import { Refresher } from '../app/refresher';
import { newIdempotencyKey } from '../text/keys';
import { Draft } from './draft.svelte';
import { follow, seenAll, unseen, type Seen } from './seen';

export type SendOutcome = Interaction | 'stale';

export class OpenTicket {
  detail = $state.raw<TicketDetail | null>(null);
  problem = $state.raw<unknown>(null);
  arrived = $state.raw<Interaction[]>([]); // came while the agent was writing
  isStale = $state(false); // the server refused a reply because of what arrived
  readonly draft: Draft;

  private seen: Seen | null = null;
  private pending: Promise<unknown> = Promise.resolve();
  private readonly refresher = new Refresher(() => this.refresh());

  constructor(
    private readonly api: ApiClient,
    private readonly me: Me,
    readonly id: Id,
  ) {
    this.draft = new Draft(id);
  }

  async refresh(): Promise<void> {
    try {
      this.take(await this.api.ticket(this.id));
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
  }

  refreshSoon(): void {
    this.refresher.request();
  }

  isTouchedBy(ids: Set<Id>): boolean {
    if (ids.has(this.id)) return true;
    if (!this.detail) return false;
    return this.detail.interactions.some((interaction) => ids.has(interaction.id));
  }

  // The agent says that what arrived has been read.
  acknowledge(): void {
    if (this.detail) this.seen = seenAll(this.detail);
    this.arrived = [];
    this.isStale = false;
  }

  keepWriting(): void {
    this.isStale = false;
  }

  // One change after the other, each on the version the one before left behind. Returns false when
  // somebody else was faster; the ticket has then been read anew.
  change(patch: TicketPatch): Promise<boolean> {
    const run = this.pending.then(() => this.applyChange(patch));
    this.pending = run.catch(() => {});
    return run;
  }

  async send(reply: Omit<Reply, 'seen'>, isRetry = false): Promise<SendOutcome> {
    const { seen, key } = this.draft.attempt(reply, this.seen?.change ?? 0);
    let sent: Interaction;
    try {
      sent = await this.api.reply(this.id, { ...reply, seen, undo_s: this.me.undo_s }, key);
    } catch (problem) {
      if (isRefusal(problem)) this.draft.forgetAttempt();
      if (!isStaleReply(problem)) throw problem;
      await this.refresh();
      const missed = this.missed(problem);
      if (missed.length > 0) {
        this.arrived = missed;
        this.isStale = true;
        return 'stale';
      }
      // Only the ticket's state moved on, no words: nothing the reply could overlook.
      if (isRetry) throw problem;
      return this.send(reply, true);
    }
    this.draft.clear('reply');
    this.acknowledge();
    await this.refresh();
    return sent;
  }

  // Words and files come back into the box, unless something else is being written there.
  async takeBack(sent: Interaction): Promise<void> {
    await this.api.takeBack(sent.id, newIdempotencyKey());
    if (!this.draft.isWriting) {
      this.draft.reply = sent.text;
      this.draft.kept = sent.attachments;
      this.draft.save();
    }
    await this.refresh();
  }

  async addNote(words: string): Promise<void> {
    await this.api.addNote(this.id, words, this.draft.attempt(['note', words], 0).key);
    this.draft.clear('note');
    await this.refresh();
  }

  async merge(other: number): Promise<Ticket> {
    return this.api.mergeTicket(this.id, other, newIdempotencyKey());
  }

  private async applyChange(patch: TicketPatch): Promise<boolean> {
    if (!this.detail) return false;
    try {
      const changed = await this.api.changeTicket(this.id, this.detail.version, patch);
      this.take({ ...this.detail, ...changed });
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 412) throw problem;
      await this.refresh();
      return false;
    }
  }

  private take(detail: TicketDetail): void {
    this.seen = this.seen
      ? follow(this.seen, detail, this.me.agent.id, this.draft.isWriting)
      : seenAll(detail);
    this.arrived = unseen(this.seen, detail, this.me.agent.id);
    this.detail = detail;
  }

  private missed(problem: ApiError): Interaction[] {
    const newer = problem.problem.newer ?? [];
    const seen = this.seen;
    if (!seen || !this.detail) return newer;
    const fresh = unseen(seen, this.detail, this.me.agent.id);
    return fresh.length > 0 ? fresh : newer;
  }
}

// The server has said no, as against not having answered.
function isRefusal(problem: unknown): boolean {
  return problem instanceof ApiError && problem.status >= 400 && problem.status < 500;
}

function isStaleReply(problem: unknown): problem is ApiError {
  return (
    problem instanceof ApiError &&
    problem.status === 409 &&
    problem.problem.reason === 'stale_reply'
  );
}
