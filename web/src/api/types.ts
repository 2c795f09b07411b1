// The shapes of /api/v1. Once the server's own description is committed as openapi.json,
// `npm run types` writes schema.d.ts and these become aliases of what stands there.

export type Id = string;
export type Instant = string; // RFC 3339, UTC, milliseconds

export type TicketStatus = 'open' | 'pending' | 'solved' | 'closed';
export type TicketType = 'request' | 'complaint' | 'question' | 'other';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type Proof = 'none' | 'claimed' | 'channel' | 'signed';
export type Direction = 'in' | 'out' | 'internal';
export type Kind = 'message' | 'call' | 'form' | 'order' | 'survey' | 'visit' | 'note' | 'system';

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface AgentRef {
  id: Id;
  name: string;
}

export interface Me {
  agent: { id: Id; name: string; email: string };
  role: 'admin' | 'agent' | 'reader';
  newest_change: number;
  public_url: string;
}

export interface Capabilities {
  can_send: boolean;
  has_subject: boolean;
  has_html: boolean;
  has_recipients: boolean;
  needs_presence: boolean;
  max_text: number;
  max_attachment: number;
}

export type ConnectorState = 'starting' | 'up' | 'degraded' | 'down' | 'paused';

export interface Connector {
  name: string;
  channel: string;
  title: string;
  state: ConnectorState;
  reason: string;
  last_in: Instant | null;
  last_out: Instant | null;
  backlog: number | null; // null: the channel cannot know
  queued: number;
  capabilities: Capabilities;
}

export interface Ticket {
  id: Id;
  number: number;
  customer: { id: Id; number: number; display_name: string };
  connector: string | null;
  channel: string | null;
  subject: string;
  status: TicketStatus;
  type: TicketType;
  priority: Priority;
  assignee: AgentRef | null;
  claimed: boolean;
  created_at: Instant;
  updated_at: Instant;
  waiting_since: Instant | null;
  last_change: number;
  version: number;
  merged_into: Id | null;
  last_words: string;
  last_author: string;
}

export interface Party {
  name: string | null;
  address: string | null;
}

export interface ReplyOffer {
  available: boolean;
  reason: string;
  connector: string | null;
  channel: string | null;
  to: Party[];
  cc: Party[];
  subject: string;
  has_subject: boolean;
  has_html: boolean;
  has_recipients: boolean;
  max_text: number;
}

export interface TicketDetail extends Ticket {
  interactions: Interaction[];
  reply: ReplyOffer;
}

export interface Attachment {
  id: Id;
  filename: string | null;
  content_type: string;
  size: number;
  sha256: string;
  inline: boolean;
  content_id: string | null;
}

export interface Delivery extends Party {
  state: 'queued' | 'accepted' | 'failed';
  attempts: number;
  next_attempt_at: Instant | null;
  diagnostic: string | null;
  maybe_sent_twice: boolean;
}

export interface BouncedRecipient {
  address: string | null;
  status: string | null;
  action: string | null;
  permanent: boolean;
  diagnostic: string | null;
}

export interface Interaction {
  id: Id;
  seq: number;
  kind: Kind;
  channel: string;
  connector: string | null;
  direction: Direction;
  external_id: string | null;
  customer_id: Id;
  ticket_id: Id | null;
  ticket_number: number | null;
  occurred_at: Instant;
  received_at: Instant;
  sent_at: Instant | null;
  from: (Party & { proof: Proof }) | null;
  reply_to: Party[];
  to: Party[];
  cc: Party[];
  subject: string;
  text: string;
  reply_text: string;
  html_sanitized: string | null;
  attachments: Attachment[];
  message_id: string | null;
  in_reply_to: string[];
  references: string[];
  auto: { kind: 'none' | 'auto_reply' | 'bounce' | 'feedback' | 'receipt' | 'list' | 'loop' };
  bounce: { recipients: BouncedRecipient[]; original_message_id: string | null } | null;
  data: Record<string, unknown>;
  warnings: string[];
  claimed: boolean;
  agent: AgentRef | null;
  deliveries: Delivery[];
  why: { customer: string; ticket: string };
  has_raw: boolean;
}

export interface Identity {
  kind: string;
  value: string;
  proof: Proof;
  scope: string | null;
  display: string;
}

export interface Customer {
  id: Id;
  number: number;
  display_name: string;
  owner: AgentRef | null;
  fields: Record<string, unknown>;
  identities: Identity[];
  created_at: Instant;
  version: number;
}

export interface SearchHit {
  kind: 'customer' | 'ticket' | 'interaction';
  id: Id;
  title: string;
  snippet: string; // matches stand between U+E000 and U+E001
  customer_id: Id | null;
  at: Instant;
}

export interface HeldItem {
  id: Id;
  connector: string;
  channel: string;
  reason: string;
  detail: string;
  sender: string | null;
  subject: string | null;
  received_at: Instant;
}

export interface Change {
  seq: number;
  kind: string;
  ids: Id[];
}

export interface TicketPatch {
  status?: TicketStatus;
  type?: TicketType;
  priority?: Priority;
  assignee?: Id | 'me' | null;
  subject?: string;
}

export interface Reply {
  text: string;
  html?: string;
  to?: Party[];
  cc?: Party[];
  attachments?: { filename: string; content_type: string; data: string }[];
  seen: number;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  reason?: string;
  errors?: { pointer: string; detail: string }[];
  newer?: Interaction[]; // with reason "stale_reply"
}
