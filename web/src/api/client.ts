// Speaks /api/v1: every request carries the bearer token, every failure is an ApiError.
import type {
  Change,
  Connector,
  Customer,
  HeldItem,
  Id,
  Interaction,
  Me,
  Page,
  Problem,
  Reply,
  SearchHit,
  Ticket,
  TicketDetail,
  TicketPatch,
} from './types';

const requestPatienceMs = 30_000;

// status 0: the server could not be reached at all.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem> = {},
  ) {
    super(problem.detail || problem.title || `HTTP ${status}`);
  }
}

export type Query = Record<string, string | number | null | undefined>;

export function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}

interface RequestOptions {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  patienceMs?: number;
}

export class ApiClient {
  constructor(
    readonly token: string,
    private readonly onDenied: () => void,
    private readonly base = '/api/v1',
  ) {}

  me = () => this.get<Me>('/me');
  connectors = () => this.get<{ items: Connector[] }>('/connectors');

  tickets = (query: Query, signal?: AbortSignal) =>
    this.get<Page<Ticket>>('/tickets' + queryText(query), { signal });
  ticket = (id: Id) => this.get<TicketDetail>(`/tickets/${encodeURIComponent(id)}`);
  changeTicket = (id: Id, version: number, patch: TicketPatch) =>
    this.send<Ticket>('PATCH', `/tickets/${id}`, patch, { 'If-Match': `"${version}"` });
  reply = (id: Id, reply: Reply, key: string) =>
    this.send<Interaction>('POST', `/tickets/${id}/replies`, reply, { 'Idempotency-Key': key });
  addNote = (id: Id, text: string, key: string) =>
    this.send<Interaction>('POST', `/tickets/${id}/notes`, { text }, { 'Idempotency-Key': key });
  mergeTicket = (id: Id, other: Id | number, key: string) =>
    this.send<Ticket>('POST', `/tickets/${id}/merge`, { other }, { 'Idempotency-Key': key });

  customer = (id: Id) => this.get<Customer>(`/customers/${encodeURIComponent(id)}`);
  timeline = (id: Id, query: Query, signal?: AbortSignal) =>
    this.get<Page<Interaction>>(
      `/customers/${encodeURIComponent(id)}/timeline${queryText(query)}`,
      {
        signal,
      },
    );
  takeBack = (id: Id, key: string) =>
    this.send<Interaction>('POST', `/interactions/${id}/cancel`, {}, { 'Idempotency-Key': key });
  interaction = (id: Id) => this.get<Interaction>(`/interactions/${encodeURIComponent(id)}`);

  search = (q: string, cursor?: string | null, signal?: AbortSignal) =>
    this.get<Page<SearchHit>>('/search' + queryText({ q, cursor }), { signal });

  quarantine = (cursor?: string | null) =>
    this.get<Page<HeldItem>>('/quarantine' + queryText({ cursor }));
  replayHeld = (id: Id, key: string) =>
    this.send<unknown>('POST', `/quarantine/${id}/replay`, {}, { 'Idempotency-Key': key });
  discardHeld = (id: Id, key: string) =>
    this.send<unknown>('POST', `/quarantine/${id}/discard`, {}, { 'Idempotency-Key': key });

  changes = (after: number, signal: AbortSignal) =>
    this.get<{ items: Change[]; newest: number }>('/changes' + queryText({ after }), {
      signal,
      patienceMs: 40_000, // the server answers a long poll within 25 s
    });

  // Files need the bearer token too, so they are fetched and handed on as blobs, never linked.
  async file(path: string): Promise<Blob> {
    const response = await this.request(path, {});
    return response.blob();
  }
  attachmentPath = (interaction: Id, attachment: Id) =>
    `/interactions/${interaction}/attachments/${attachment}`;
  rawPath = (interaction: Id) => `/interactions/${interaction}/raw`;
  heldRawPath = (id: Id) => `/quarantine/${id}/raw`;

  private async get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(path, options);
    return (await response.json()) as T;
  }

  private async send<T>(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<T> {
    const response = await this.request(path, { method, body, headers });
    return (await response.json()) as T;
  }

  private async request(path: string, options: RequestOptions): Promise<Response> {
    const patience = AbortSignal.timeout(options.patienceMs ?? requestPatienceMs);
    const headers: Record<string, string> = {
      Accept: 'application/json',
      Authorization: `Bearer ${this.token}`,
      ...options.headers,
    };
    let body: string | undefined;
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method: options.method ?? 'GET',
        headers,
        body,
        signal: options.signal ? anySignal(options.signal, patience) : patience,
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0);
    }
    if (response.ok) return response;
    if (response.status === 401) this.onDenied();
    throw new ApiError(response.status, await readProblem(response));
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

async function readProblem(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { status: response.status };
  }
}

// AbortSignal.any is younger than the browsers we serve.
function anySignal(...signals: AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}
