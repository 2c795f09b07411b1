// What is being written on one ticket. The words outlive a reload of the tab; files do not.
import type { Id } from '../api/types';
import { newIdempotencyKey } from '../text/keys';

export type ComposerMode = 'reply' | 'note';

interface StoredDraft {
  reply: string;
  note: string;
  to: string | null;
  cc: string | null;
}

const prefix = 'tributary.draft.';

export class Draft {
  mode = $state<ComposerMode>('reply');
  reply = $state('');
  note = $state('');
  to = $state<string | null>(null); // null: as the server proposes
  cc = $state<string | null>(null);
  files = $state.raw<File[]>([]);
  private key: { content: string; key: string } | null = null;

  constructor(private readonly ticket: Id) {
    const stored = read(prefix + ticket);
    this.reply = stored?.reply ?? '';
    this.note = stored?.note ?? '';
    this.to = stored?.to ?? null;
    this.cc = stored?.cc ?? null;
    if (this.note && !this.reply) this.mode = 'note';
  }

  get isWriting(): boolean {
    return this.reply.trim() !== '' || this.files.length > 0;
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
    }
    this.key = null;
    this.save();
  }

  // The same content tried again keeps its key, so the server sends it once.
  keyFor(content: unknown): string {
    const described = JSON.stringify(content);
    if (this.key?.content !== described) {
      this.key = { content: described, key: newIdempotencyKey() };
    }
    return this.key.key;
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
