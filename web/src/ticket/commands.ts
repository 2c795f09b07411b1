// What the keyboard and the buttons do to an open ticket.
import { flushSync } from 'svelte';
import type { Desk } from '../app/desk.svelte';
import type { Command } from '../app/keyboard';
import type { Interaction, TicketPatch } from '../api/types';
import { text } from '../i18n';
import type { OpenTicket } from './open_ticket.svelte';

export function runTicketCommand(desk: Desk, ticket: OpenTicket, command: Command): boolean {
  switch (command) {
    case 'solve':
      void solve(desk, ticket);
      return true;
    case 'assign_me':
      void changeTicket(desk, ticket, { assignee: 'me' });
      return true;
    case 'reply':
    case 'note':
      ticket.draft.mode = command;
      focusComposer();
      return true;
    default:
      return false;
  }
}

export async function changeTicket(
  desk: Desk,
  ticket: OpenTicket,
  patch: TicketPatch,
): Promise<boolean> {
  let isApplied = false;
  await desk.attempt(async () => {
    isApplied = await ticket.change(patch);
    if (!isApplied && ticket.detail) desk.toasts.warn(text.ticket.changedMeanwhile);
    desk.inbox.refreshSoon();
  });
  return isApplied;
}

export async function solve(desk: Desk, ticket: OpenTicket): Promise<void> {
  const before = ticket.detail;
  if (!before || before.status === 'solved') return;
  if (!(await changeTicket(desk, ticket, { status: 'solved' }))) return;
  desk.toasts.say(text.ticket.solved(before.number), {
    label: text.common.undo,
    run: () => void changeTicket(desk, ticket, { status: before.status }),
  });
}

// What the channel shows at once has no way back, and no `send_at`.
export function offerUndo(
  desk: Desk,
  ticket: OpenTicket,
  sent: Interaction,
  isSolved: boolean,
): void {
  if (!sent.send_at) return;
  const run = async () => {
    if (!(await takeBack(desk, ticket, sent))) return;
    if (isSolved) await changeTicket(desk, ticket, { status: 'open' });
    if (desk.ticket === ticket) focusComposer();
  };
  desk.toasts.say(
    text.composer.sent,
    { label: text.common.undo, run: () => void run() },
    desk.me.undo_s * 1000,
  );
}

export async function takeBack(
  desk: Desk,
  ticket: OpenTicket,
  sent: Interaction,
): Promise<boolean> {
  return desk.attempt(async () => {
    await ticket.takeBack(sent);
    desk.toasts.say(text.delivery.takenBack);
    desk.inbox.refreshSoon();
  });
}

// The box may have to be drawn first; at once, or the next letters typed would be taken for commands.
export function focusComposer(): void {
  flushSync();
  document.querySelector<HTMLTextAreaElement>('[data-composer]')?.focus();
}
