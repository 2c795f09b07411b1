import { describe, expect, test } from 'vitest';
import {
  backoffMs,
  initialFeed,
  step,
  type FeedAction,
  type FeedEvent,
  type FeedState,
} from './feed_machine';

const change = (seq: number) => ({ seq, kind: 'ticket.updated', ids: [`t${seq}`] });

function run(events: FeedEvent[], from = initialFeed(10)): [FeedState, FeedAction[]] {
  let state = from;
  const actions: FeedAction[] = [];
  for (const event of events) {
    const [next, more] = step(state, event, 1);
    state = next;
    actions.push(...more);
  }
  return [state, actions];
}

const opened: FeedEvent[] = [{ type: 'start' }, { type: 'opened' }];
const failedOnce: FeedEvent[] = [{ type: 'closed' }, { type: 'timer' }];

describe('delivery', () => {
  test('starts after the newest change the page knows', () => {
    const [, actions] = run([{ type: 'start' }]);
    expect(actions).toContainEqual({ type: 'connect', after: 10 });
  });

  test('passes new changes on in order, old and repeated ones not', () => {
    const [state, actions] = run([
      ...opened,
      { type: 'changes', changes: [change(12), change(11), change(10), change(12)] },
    ]);
    expect(actions.at(-1)).toEqual({ type: 'deliver', changes: [change(11), change(12)] });
    expect(state.last).toBe(12);
  });

  test('delivers nothing when nothing is new', () => {
    const [, actions] = run([...opened, { type: 'changes', changes: [change(9)] }]);
    expect(actions.filter((action) => action.type === 'deliver')).toEqual([]);
  });

  test('resumes after the last change seen, whatever broke', () => {
    const [, actions] = run([...opened, { type: 'changes', changes: [change(15)] }, ...failedOnce]);
    expect(actions.at(-1)).toEqual({ type: 'connect', after: 15 });
  });

  test('every change arrives once over socket, poll and socket again', () => {
    const [, actions] = run([
      ...opened,
      { type: 'changes', changes: [change(11)] },
      ...failedOnce,
      ...failedOnce,
      { type: 'polled', changes: [change(11), change(12)], newest: 12 },
      { type: 'online' },
      { type: 'opened' },
      { type: 'changes', changes: [change(12), change(13)] },
    ]);
    const seen = actions.flatMap((action) =>
      action.type === 'deliver' ? action.changes.map((one) => one.seq) : [],
    );
    expect(seen).toEqual([11, 12, 13]);
  });

  test('reads everything anew after a backup was restored', () => {
    const [state, actions] = run([
      { type: 'start' },
      ...failedOnce,
      ...failedOnce,
      { type: 'polled', changes: [], newest: 4 },
    ]);
    expect(actions).toContainEqual({ type: 'resync' });
    expect(state.last).toBe(4);
  });
});

describe('failure', () => {
  test('falls back to polling after two sockets that did not hold', () => {
    const [state, actions] = run([{ type: 'start' }, ...failedOnce, ...failedOnce]);
    expect(state.mode).toBe('polling');
    expect(actions.at(-1)).toEqual({ type: 'poll', after: 10 });
  });

  test('a socket that opens only to close counts as a failure', () => {
    const [state] = run([
      ...opened,
      { type: 'closed' },
      { type: 'timer' },
      { type: 'opened' },
      { type: 'closed' },
      { type: 'timer' },
    ]);
    expect(state.mode).toBe('polling');
  });

  test('a socket that held is tried again first', () => {
    const [state] = run([
      { type: 'start' },
      ...failedOnce,
      { type: 'opened' },
      { type: 'settled' },
      ...failedOnce,
    ]);
    expect(state.mode).toBe('connecting');
  });

  test('polling tries the socket again now and then', () => {
    let [state] = run([{ type: 'start' }, ...failedOnce, ...failedOnce]);
    let polls = 0;
    while (state.mode === 'polling' && polls < 100) {
      polls += 1;
      [state] = step(state, { type: 'polled', changes: [], newest: 10 }, 1);
    }
    expect(state.mode).toBe('connecting');
    expect(polls).toBeLessThan(30);
  });

  test('a failed poll waits before it polls again', () => {
    const [state, actions] = run([
      { type: 'start' },
      ...failedOnce,
      ...failedOnce,
      { type: 'poll_failed' },
    ]);
    expect(state.mode).toBe('waiting');
    expect(actions.at(-1)?.type).toBe('wait');
  });

  test('back-off doubles, is capped and jittered', () => {
    expect([1, 2, 3, 4].map((failures) => backoffMs(failures, 1))).toEqual([500, 1000, 2000, 4000]);
    expect(backoffMs(50, 1)).toBe(30_000);
    expect(backoffMs(3, 0)).toBe(1000);
  });
});

describe('the browser', () => {
  test('offline stops everything, online starts at once', () => {
    const [state, actions] = run([...opened, { type: 'offline' }]);
    expect(state.mode).toBe('offline');
    expect(actions.at(-1)).toEqual({ type: 'disconnect' });
    const [again, more] = step(state, { type: 'online' }, 1);
    expect(again.mode).toBe('connecting');
    expect(more).toContainEqual({ type: 'connect', after: 10 });
  });

  test('waking up replaces a socket that may be dead', () => {
    const [, actions] = run([...opened, { type: 'woke' }]);
    expect(actions.slice(-2)).toEqual([{ type: 'disconnect' }, { type: 'connect', after: 10 }]);
  });

  test('a stray timer means nothing', () => {
    const [, actions] = run([...opened, { type: 'timer' }]);
    expect(actions.at(-1)).toEqual({ type: 'connect', after: 10 });
  });

  test('after the end nothing happens any more', () => {
    const [state] = run([...opened, { type: 'stop' }]);
    expect(step(state, { type: 'online' }, 1)).toEqual([state, []]);
  });
});
