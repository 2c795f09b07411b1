// What the agent has seen of a ticket, for the guard against replies that overlook something. What
// arrives while nothing is being written counts as seen; what arrives during writing does not, until
// the agent says so. Changes without new words (a status, an assignee) never get in the way.
import type { Id, Interaction, TicketDetail } from '../api/types';

export interface Seen {
  change: number; // goes out with a reply
  newest: number; // seq of the newest interaction that was seen
}

type View = Pick<TicketDetail, 'last_change'> & {
  interactions: Pick<Interaction, 'seq' | 'agent' | 'kind'>[];
};

export function seenAll(ticket: View): Seen {
  const newest = ticket.interactions.reduce((most, one) => Math.max(most, one.seq), 0);
  return { change: ticket.last_change, newest };
}

// The entries the agent has not seen; one's own are no news.
export function unseen<T extends View>(seen: Seen, ticket: T, me: Id): T['interactions'] {
  return ticket.interactions.filter(
    (one) => one.seq > seen.newest && one.agent?.id !== me && one.kind !== 'system',
  );
}

export function follow(seen: Seen, ticket: View, me: Id, isWriting: boolean): Seen {
  if (isWriting && unseen(seen, ticket, me).length > 0) return seen;
  return seenAll(ticket);
}
