// What is being written on one ticket. The words outlive a reload of the tab; files do not.
import type { Attachment, Id } from '../api/types';
import { newIdempotencyKey } from '../text/keys';

export type ComposerMode = 'reply' | 'note';

interface StoredDraft {
  reply: string;
  note: string;
  to: string | null;
  cc: string | null;
}

export interface Attempt {
  key: string;
  seen: number;
}

const prefix = 'tributary.draft.';

export class Draft {
  mode = $state<ComposerMode>('reply');
  reply = $state('');
  note = $state('');
  to = $state<string | null>(null); // null: as the server proposes
  cc = $state<string | null>(null);
  files = $state.raw<File[]>([]);
  kept = $state.raw<Attachment[]>([]); // files the server has: of a reply that was taken back
  private lastAttempt: (Attempt & { content: string }) | null = null;

  constructor(private readonly ticket: Id) {
    const stored = read(prefix + ticket);
    this.reply = stored?.reply ?? '';
    this.note = stored?.note ?? '';
    this.to = stored?.to ?? null;
    this.cc = stored?.cc ?? null;
    if (this.note && !this.reply) this.mode = 'note';
  }

  get isWriting(): boolean {
    return this.reply.trim() !== '' || this.files.length + this.kept.length > 0;
  }

  save(): void {
    const { reply, note, to, cc } = this;
    if (reply || note) write(prefix + this.ticket, { reply, note, to, cc });
    else sessionStorage.removeItem(prefix + this.ticket);
  }

  clear(mode: ComposerMode): void {
    if (mode === 'note') {
      this.note = '';
    } else {
      this.reply = '';
      this.to = null;
      this.cc = null;
      this.files = [];
      this.kept = [];
    }
    this.forgetAttempt();
    this.save();
  }

  // The same content tried again is the very same request, so the server acts on it once: also when
  // the first answer was lost and the ticket has moved on by our own words since.
  attempt(content: unknown, seen: number): Attempt {
    const described = JSON.stringify(content);
    if (this.lastAttempt?.content !== described) {
      this.lastAttempt = { content: described, seen, key: newIdempotencyKey() };
    }
    return this.lastAttempt;
  }

  // A refusal is an answer: what follows is a new request.
  forgetAttempt(): void {
    this.lastAttempt = null;
  }
}

function read(key: string): StoredDraft | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as StoredDraft | null;
  } catch {
    return null;
  }
}

function write(key: string, draft: StoredDraft): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full store costs the copy that survives a reload, not the words on the screen.
  }
}
