// The shapes of /api/v1 under the names the desk uses. They come from schema.d.ts, which
// `npm run types` writes from the server's own description in openapi.json; what that description
// leaves open is narrowed here.
import type { components } from './schema';

type Schemas = components['schemas'];
type Narrowed<T, N> = Omit<T, keyof N> & N; // for lists, whose elements an intersection leaves wide

export type Id = string;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Me = Schemas['Me'];
export type Agent = Schemas['Agent'];
export type AgentPatch = Schemas['AgentChange'];
export type Role = Schemas['Role'];
export type Team = Schemas['Team'];
export type Invitation = Schemas['Invitation'];
export type Party = Schemas['Party'];
export type Proof = Schemas['Proof'];
export type Customer = Schemas['Customer'];
export type SearchHit = Schemas['SearchHit']; // matches stand between U+E000 and U+E001
export type HeldItem = Schemas['QuarantineItem'];
export type Change = Schemas['Change'];

export type Ticket = Schemas['Ticket'];
export type TicketStatus = Ticket['status'];
export type TicketType = Ticket['type'];
export type Priority = Ticket['priority'];
export type ReplyOffer = Schemas['ReplyPlan'];
export type TicketDetail = Narrowed<Schemas['TicketView'], { interactions: Interaction[] }>;
export type TicketPatch = Schemas['TicketChange'] &
  Partial<Pick<Ticket, 'status' | 'type' | 'priority'>>;
export type Reply = Schemas['NewReply'] & { seen: number };

export type Attachment = Schemas['Attachment'] & { id: Id }; // only `normalize` knows none
export type Delivery = Schemas['Delivery'];
export type Interaction = Narrowed<
  Schemas['Interaction'],
  { attachments: Attachment[]; bounce: Bounce | null }
>;
export type Kind = Interaction['kind'];
export type Direction = Interaction['direction'];

interface Bounce {
  recipients: {
    address: string | null;
    status: string | null;
    action: string | null;
    permanent: boolean;
    diagnostic: string | null;
  }[];
  original_message_id: string | null;
}

export type Connector = Schemas['Connector'] & { capabilities: { max_attachment: number } };
export type ConnectorState = Connector['state'];

export type Problem = Schemas['Problem'] & { newer?: Interaction[] }; // with reason "stale_reply"
