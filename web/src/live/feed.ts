// Performs what feed_machine decides: one socket, one poll or one timer at a time.
import type { ApiClient } from '../api/client';
import type { Change } from '../api/types';
import {
  initialFeed,
  step,
  type FeedAction,
  type FeedEvent,
  type FeedState,
  type Mode,
} from './feed_machine';

const settledAfterMs = 10_000;
// Hidden pages may run their timers once a minute only; a longer gap is sleep.
const sleepNoticeMs = 150_000;
const heartbeatMs = 15_000;

export interface FeedListener {
  onChanges(changes: Change[]): void;
  onResync(): void;
  onMode(mode: Mode): void;
}

export class Feed {
  private state: FeedState;
  private cancel: () => void = () => {};
  private readonly detach: () => void;

  constructor(
    private readonly api: ApiClient,
    newestChange: number,
    private readonly listener: FeedListener,
  ) {
    this.state = initialFeed(newestChange);
    this.detach = this.watchBrowser();
  }

  start(): void {
    this.handle(navigator.onLine ? { type: 'start' } : { type: 'offline' });
  }

  stop(): void {
    this.handle({ type: 'stop' });
    this.detach();
  }

  retryNow(): void {
    this.handle({ type: 'online' });
  }

  private handle(event: FeedEvent): void {
    const before = this.state.mode;
    const [state, actions] = step(this.state, event, Math.random());
    this.state = state;
    for (const action of actions) this.perform(action);
    if (state.mode !== before) this.listener.onMode(state.mode);
  }

  private perform(action: FeedAction): void {
    switch (action.type) {
      case 'connect':
        return this.connect(action.after);
      case 'poll':
        return this.poll(action.after);
      case 'wait': {
        const timer = setTimeout(() => this.handle({ type: 'timer' }), action.ms);
        this.cancel = () => clearTimeout(timer);
        return;
      }
      case 'disconnect':
        return this.cancel();
      case 'deliver':
        return this.listener.onChanges(action.changes);
      case 'resync':
        return this.listener.onResync();
    }
  }

  // The session's cookie comes along with the handshake; the first frame says where to go on.
  private connect(after: number): void {
    const address = new URL('/api/v1/changes', location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    let isCurrent = true;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const leave = () => {
      isCurrent = false;
      clearTimeout(settling);
    };
    socket.onopen = () => {
      socket.send(JSON.stringify({ after }));
      if (!isCurrent) return;
      settling = setTimeout(() => this.handle({ type: 'settled' }), settledAfterMs);
      this.handle({ type: 'opened' });
    };
    socket.onmessage = (message) => {
      if (isCurrent) this.handle({ type: 'changes', changes: readChanges(message.data) });
    };
    socket.onclose = () => {
      if (!isCurrent) return;
      leave();
      this.handle({ type: 'closed' });
    };
    this.cancel = () => {
      leave();
      socket.close();
    };
  }

  private poll(after: number): void {
    const controller = new AbortController();
    this.cancel = () => controller.abort();
    this.api.changes(after, controller.signal).then(
      ({ items, newest }) => {
        if (controller.signal.aborted) return;
        this.handle({ type: 'polled', changes: items, newest });
      },
      () => {
        if (!controller.signal.aborted) this.handle({ type: 'poll_failed' });
      },
    );
  }

  private watchBrowser(): () => void {
    const online = () => this.handle({ type: 'online' });
    const offline = () => this.handle({ type: 'offline' });
    let beat = Date.now();
    const heart = setInterval(() => {
      const now = Date.now();
      if (now - beat > sleepNoticeMs) this.handle({ type: 'woke' });
      beat = now;
    }, heartbeatMs);
    addEventListener('online', online);
    addEventListener('offline', offline);
    return () => {
      clearInterval(heart);
      removeEventListener('online', online);
      removeEventListener('offline', offline);
    };
  }
}

function readChanges(frame: unknown): Change[] {
  try {
    const parsed: unknown = JSON.parse(String(frame));
    const list = Array.isArray(parsed) ? parsed : [parsed];
    return list.filter(
      (one): one is Change =>
        typeof one?.seq === 'number' && typeof one.kind === 'string' && Array.isArray(one.ids),
    );
  } catch {
    return [];
  }
}
