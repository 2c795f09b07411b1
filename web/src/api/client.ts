// Speaks /api/v1 with the session's cookie, which scripts never see; what changes something carries
// the session's CSRF token besides. Every failure is an ApiError.
import type {
  Agent,
  AgentPatch,
  Change,
  Connector,
  Customer,
  HeldItem,
  Id,
  Interaction,
  Invitation,
  Me,
  Page,
  Problem,
  Reply,
  SearchHit,
  Team,
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
  private csrf: string | null = null;

  // `onDenied`: the session has ended.
  constructor(
    private readonly onDenied: () => void,
    private readonly base = '/api/v1',
  ) {}

  async me(): Promise<Me> {
    const me = await this.get<Me>('/me');
    this.csrf = me.csrf_token;
    return me;
  }
  signIn = (email: string, password: string, totp: string) =>
    this.takeSession('/session', totp ? { email, password, totp } : { email, password });
  ways = () => this.get<{ provider: { title: string } | null }>('/session/ways');
  beginAtProvider = (invitation?: string) =>
    this.send<{ url: string }>('POST', '/session/provider', invitation ? { invitation } : {}, {});
  linkProvider = () => this.send<{ url: string }>('POST', '/me/provider', {}, {});
  signOut = () => this.send<void>('DELETE', '/session', undefined, {});
  setUp = (token: string, name: string, email: string, password: string) =>
    this.send<Agent>('POST', '/setup', { token, name, email, password }, {});
  acceptInvitation = (token: string, password: string) =>
    this.send<Agent>('POST', '/invitation', { token, password }, {});

  changePassword = (current: string, password: string) =>
    this.takeSession('/me/password', { current, password });
  endOtherSessions = () => this.takeSession('/session/end-others', {});
  beginSecondFactor = (password: string) =>
    this.send<{ secret: string; uri: string }>('POST', '/me/second-factor', { password }, {});
  confirmSecondFactor = (code: string) =>
    this.send<{ recovery_codes: string[] }>('POST', '/me/second-factor/confirm', { code }, {});
  removeSecondFactor = (password: string) =>
    this.send<void>('POST', '/me/second-factor/remove', { password }, {});

  agents = () => this.get<{ items: Agent[] }>('/agents');
  addAgent = (name: string, email: string, role: string) =>
    this.send<Agent>('POST', '/agents', { name, email, role }, {});
  changeAgent = (id: Id, patch: AgentPatch) =>
    this.send<Agent>('PATCH', `/agents/${id}`, patch, {});
  invite = (id: Id) => this.send<Invitation>('POST', `/agents/${id}/invitation`, {}, {});
  offboard = (id: Id, to: Id | null) =>
    this.send<{ tickets: number[]; customers: number[] }>(
      'POST',
      `/agents/${id}/offboard`,
      { to },
      {},
    );
  teams = () => this.get<{ items: Team[] }>('/teams');
  addTeam = (name: string) => this.send<Team>('POST', '/teams', { name }, {});
  changeTeam = (id: Id, connectors: string[]) =>
    this.send<Team>('PATCH', `/teams/${id}`, { connectors }, {});
  removeTeam = (id: Id) => this.send<void>('DELETE', `/teams/${id}`, undefined, {});

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

  // Fetched and handed on as blobs, so that a refusal becomes a message and not a page.
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
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  // Every way to begin a session answers with its token.
  private async takeSession(path: string, body: unknown): Promise<void> {
    const session = await this.send<{ csrf_token: string }>('POST', path, body, {});
    this.csrf = session.csrf_token;
  }

  private async request(path: string, options: RequestOptions): Promise<Response> {
    const patience = AbortSignal.timeout(options.patienceMs ?? requestPatienceMs);
    const headers: Record<string, string> = {
      Accept: 'application/json',
      ...options.headers,
    };
    if (this.csrf && options.method) headers['X-CSRF-Token'] = this.csrf;
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
        credentials: 'same-origin',
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
