// Decides how the page stays in step with the server; performs nothing. step() takes what happened
// and returns what to do next. The socket is preferred; after repeated failures the page polls and
// tries the socket again now and then. `last` is the last change seen: whatever breaks, the next
// connection resumes after it, so no change is missed and none is delivered twice.
import type { Change } from '../api/types';

export type Mode = 'idle' | 'connecting' | 'live' | 'polling' | 'waiting' | 'offline' | 'ended';

export interface FeedState {
  mode: Mode;
  last: number;
  failures: number; // in a row, of socket or poll
  socketFailures: number; // in a row without one that held
  pollsUntilSocket: number;
}

export type FeedEvent =
  | { type: 'start' }
  | { type: 'opened' }
  | { type: 'settled' } // the socket has held for a while
  | { type: 'changes'; changes: Change[] }
  | { type: 'closed' }
  | { type: 'polled'; changes: Change[]; newest: number }
  | { type: 'poll_failed' }
  | { type: 'timer' }
  | { type: 'online' }
  | { type: 'offline' }
  | { type: 'woke' } // the computer slept: an open socket may be a dead one
  | { type: 'stop' };

export type FeedAction =
  | { type: 'connect'; after: number }
  | { type: 'disconnect' } // whatever is under way: socket, poll or timer
  | { type: 'poll'; after: number }
  | { type: 'wait'; ms: number }
  | { type: 'deliver'; changes: Change[] }
  | { type: 'resync' }; // the server's history does not reach our place: read everything anew

const socketFailuresBeforePolling = 2;
const pollsBetweenSocketTries = 20;
const firstDelayMs = 500;
const longestDelayMs = 30_000;

export function initialFeed(newestChange: number): FeedState {
  return {
    mode: 'idle',
    last: newestChange,
    failures: 0,
    socketFailures: 0,
    pollsUntilSocket: 0,
  };
}

// Exponential, capped, and jittered by half so that a restarted server is not stormed.
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}

export function step(
  state: FeedState,
  event: FeedEvent,
  random: number,
): [FeedState, FeedAction[]] {
  if (state.mode === 'ended') return [state, []];
  switch (event.type) {
    case 'stop':
      return [{ ...state, mode: 'ended' }, [{ type: 'disconnect' }]];
    case 'offline':
      return [{ ...state, mode: 'offline' }, [{ type: 'disconnect' }]];
    case 'online':
    case 'woke':
    case 'start':
      return restart(state);
    case 'opened':
      // Not yet a success: a refused token or a hostile proxy also opens, and closes at once.
      return [{ ...state, mode: 'live' }, []];
    case 'settled':
      return [{ ...state, failures: 0, socketFailures: 0 }, []];
    case 'changes':
      return deliver({ ...state, failures: 0, socketFailures: 0 }, event.changes);
    case 'closed':
      return closed(state, random);
    case 'polled':
      return polled(state, event.changes, event.newest);
    case 'poll_failed':
      return wait({ ...state, failures: state.failures + 1 }, random);
    case 'timer':
      return state.mode === 'waiting' ? proceed(state) : [state, []];
  }
}

function restart(state: FeedState): [FeedState, FeedAction[]] {
  const fresh = { ...state, failures: 0, socketFailures: 0, pollsUntilSocket: 0 };
  return [
    { ...fresh, mode: 'connecting' },
    [{ type: 'disconnect' }, { type: 'connect', after: state.last }],
  ];
}

function proceed(state: FeedState): [FeedState, FeedAction[]] {
  if (state.socketFailures < socketFailuresBeforePolling || state.pollsUntilSocket <= 0) {
    const next = {
      ...state,
      mode: 'connecting' as const,
      pollsUntilSocket: pollsBetweenSocketTries,
    };
    return [next, [{ type: 'connect', after: state.last }]];
  }
  const next = { ...state, mode: 'polling' as const, pollsUntilSocket: state.pollsUntilSocket - 1 };
  return [next, [{ type: 'poll', after: state.last }]];
}

function closed(state: FeedState, random: number): [FeedState, FeedAction[]] {
  const { failures, socketFailures } = state;
  const failed = { ...state, failures: failures + 1, socketFailures: socketFailures + 1 };
  return wait(failed, random);
}

function polled(state: FeedState, changes: Change[], newest: number): [FeedState, FeedAction[]] {
  if (newest < state.last) {
    // A restored backup counts from an earlier number.
    const [next, actions] = proceed({ ...state, last: newest, failures: 0 });
    return [next, [{ type: 'resync' }, ...actions]];
  }
  const [delivered, actions] = deliver({ ...state, failures: 0 }, changes);
  const [next, more] = proceed(delivered);
  return [next, [...actions, ...more]];
}

function deliver(state: FeedState, changes: Change[]): [FeedState, FeedAction[]] {
  const fresh: Change[] = [];
  let last = state.last;
  for (const change of [...changes].sort((a, b) => a.seq - b.seq)) {
    if (change.seq <= last) continue;
    last = change.seq;
    fresh.push(change);
  }
  return [{ ...state, last }, fresh.length ? [{ type: 'deliver', changes: fresh }] : []];
}

function wait(state: FeedState, random: number): [FeedState, FeedAction[]] {
  const ms = backoffMs(state.failures, random);
  return [{ ...state, mode: 'waiting' }, [{ type: 'wait', ms }]];
}
