// Reads an interaction's data, which is typed by kind but comes from outside: every field may be
// missing or of another type, and then reads as empty.

type Data = Record<string, unknown>;

export interface OrderLine {
  sku: string;
  name: string;
  quantity: string;
  price: string;
}

export interface Order {
  id: string;
  status: string;
  lines: OrderLine[];
  total: string;
  currency: string;
}

export function readOrder(data: Data): Order {
  return {
    id: words(data.order_id),
    status: words(data.status),
    lines: list(data.lines).map((line) => ({
      sku: words(line.sku),
      name: words(line.name),
      quantity: words(line.quantity),
      price: words(line.price),
    })),
    total: words(data.total),
    currency: words(data.currency),
  };
}

export interface Call {
  state: string;
  direction: string;
  ring: number | null;
  talk: number | null; // null: nobody talked
}

export function readCall(data: Data): Call {
  const talk = seconds(data.talk_s);
  return {
    state: words(data.state),
    direction: words(data.direction),
    ring: seconds(data.ring_s),
    talk: talk === 0 ? null : talk,
  };
}

// The message itself is shown as the words, so it is left out here.
export function readForm(data: Data): [string, string][] {
  if (!isRecord(data.fields)) return [];
  return Object.entries(data.fields)
    .filter(([name]) => name !== 'message')
    .map(([name, value]): [string, string] => [name, words(value)])
    .filter(([, value]) => value !== '');
}

export function readSurvey(data: Data) {
  return {
    type: words(data.type).toUpperCase(),
    score: words(data.score),
    scale: words(data.scale),
    comment: words(data.comment),
  };
}

export function readVisit(data: Data) {
  return { title: words(data.title), url: words(data.url) };
}

export function readFields(fields: Data): [string, string][] {
  return Object.entries(fields)
    .map(([name, value]): [string, string] => [name, words(value)])
    .filter(([, value]) => value !== '');
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(words).filter(Boolean).join(', ');
  return '';
}

function seconds(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function list(value: unknown): Data[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
