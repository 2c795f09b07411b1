// The API of /api/v1 over a world in memory, and the built app with the policies it will really be
// served with. For developing and testing the web app only; the real server is the judge.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { makeWorld } from './data.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
export const cookie = { name: 'tributary-session', value: 'demo-session' };
export const login = { email: 'mira@lakeside.example', password: 'kettle under ninth porch' };
const csrf = 'demo-csrf';

class Refusal extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

export async function startMock({ port = 0, dist = path.join(here, '../dist') } = {}) {
  const policies = JSON.parse(await readFile(path.join(here, '../policies.json'), 'utf8'));
  const mock = new Mock();
  const server = createServer((request, response) => {
    mock.serve(request, response, dist, policies).catch((error) => response.destroy(error));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (mock.isSocketRefused) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => mock.follow(client, request));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  mock.url = `http://127.0.0.1:${server.address().port}`;
  mock.stop = () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  mock.dropSockets = () => sockets.clients.forEach((client) => client.terminate());
  return mock;
}

class Mock {
  world = makeWorld();
  log = []; // changes
  followers = new Set();
  polls = new Set();
  sent = []; // replies as they were received, for tests
  isSocketRefused = false;
  needsCode = false;
  answers = new Map(); // idempotency key -> answer
  isHolding = false; // replies wait to leave for ever
  failNext = null; // status the next reply is answered with, after it was taken

  change(kind, ids) {
    const change = { seq: ++this.world.change, kind, ids };
    this.log.push(change);
    for (const client of this.followers) client.send(JSON.stringify(change));
    for (const wake of this.polls) wake();
    return change.seq;
  }

  // What tests and the demo do behind the page's back.
  customerWrites(ticketId, text) {
    const ticket = this.find(this.world.tickets, ticketId);
    const customer = this.find(this.world.customers, ticket.customer_id);
    const interaction = this.world.add(customer, { ticket, subject: ticket.subject, text });
    ticket.waiting_since ??= interaction.occurred_at;
    this.touch(ticket);
    ticket.last_change = this.change('interaction.created', [
      interaction.id,
      ticket.id,
      customer.id,
    ]);
    return interaction;
  }

  touch(ticket) {
    ticket.version += 1;
    ticket.updated_at = new Date().toISOString();
  }

  follow(client, request) {
    client.once('message', (frame) => {
      const { after } = JSON.parse(String(frame));
      if (!this.isSignedIn(request)) return client.close(4401);
      const missed = this.log.filter((change) => change.seq > after);
      if (missed.length) client.send(JSON.stringify(missed));
      this.followers.add(client);
      return undefined;
    });
    client.on('close', () => this.followers.delete(client));
  }

  async serve(request, response, dist, policies) {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith('/api/v1/'))
      return this.file(url.pathname, response, dist, policies);
    try {
      const body = await readBody(request);
      const parts = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
      if (this.answerAtDoor(request, response, parts, body)) return undefined;
      if (!this.isSignedIn(request)) throw new Refusal(401);
      if (request.method !== 'GET' && request.headers['x-csrf-token'] !== csrf)
        throw new Refusal(403, { detail: 'The token of the session is missing.' });
      const answer = await this.answer(request, parts, url.searchParams, body);
      if (answer instanceof Buffer) return response.writeHead(200).end(answer);
      const headers = { 'Content-Type': 'application/json' };
      if (answer.version) headers.ETag = `"${answer.version}"`;
      return response.writeHead(200, headers).end(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const problem = {
        type: 'about:blank',
        title: 'Refused',
        status: error.status,
        detail: '',
        ...error.problem,
      };
      response.writeHead(error.status, { 'Content-Type': 'application/problem+json' });
      return response.end(JSON.stringify(problem));
    }
  }

  isSignedIn(request) {
    return (request.headers.cookie ?? '').includes(`${cookie.name}=${cookie.value}`);
  }

  // What is answered to who is not signed in, and signing out. True when it was.
  answerAtDoor(request, response, [noun], body) {
    if (noun === 'session' && request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ password: true, provider: { title: 'Lakeside Login' } }));
      return true;
    }
    const reply = (status, setCookie, answer) => {
      const headers = { 'Content-Type': 'application/json' };
      if (setCookie !== null)
        headers['Set-Cookie'] = `${cookie.name}=${setCookie}; Path=/; HttpOnly`;
      response.writeHead(status, headers).end(answer && JSON.stringify(answer));
      return true;
    };
    if (noun === 'session' && request.method === 'DELETE') return reply(204, '; Max-Age=0');
    if (request.method !== 'POST' || !['session', 'invitation', 'setup'].includes(noun))
      return false;
    if (noun !== 'session') {
      if (body.token !== 'good')
        throw new Refusal(403, { detail: 'This link is not valid any more.' });
      return reply(noun === 'setup' ? 201 : 200, null, this.world.me);
    }
    if (body.email !== login.email || body.password !== login.password)
      throw new Refusal(401, { detail: 'The e-mail address, the password or the code is wrong.' });
    if (this.needsCode && body.totp !== '123456')
      throw new Refusal(401, { reason: 'code_needed', detail: 'Type the code of your app, too.' });
    return reply(201, cookie.value, { agent: this.world.me, role: 'admin', csrf_token: csrf });
  }

  async file(pathname, response, dist, policies) {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      const bytes = await readFile(path.join(dist, path.normalize(name)));
      response.writeHead(200, {
        'Content-Type': types[path.extname(name)] ?? 'application/octet-stream',
        'Content-Security-Policy': policies[name] ?? policies.default,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Opener-Policy': 'same-origin',
      });
      response.end(bytes);
    } catch {
      response.writeHead(404, { 'Content-Security-Policy': policies.default }).end();
    }
  }

  answer(request, [noun, id, verb, extra], query, body) {
    const { world } = this;
    const isPost = request.method === 'POST';
    switch (noun) {
      case 'me':
        return {
          agent: world.me,
          role: 'admin',
          csrf_token: csrf,
          second_factor: false,
          recovery_codes: 0,
          newest_change: world.change,
          public_url: this.url,
          undo_s: 10,
        };
      case 'agents':
        return this.actOnAgents(request, id, verb, body);
      case 'teams':
        return this.actOnTeams(request, id, body);
      case 'connectors':
        return { items: world.connectors };
      case 'changes':
        return this.longPoll(Number(query.get('after')));
      case 'tickets':
        if (!id) return this.listTickets(query);
        if (request.method === 'PATCH') return this.patchTicket(request, id, body);
        if (isPost) return this.once(request, body, () => this.actOnTicket(id, verb, body));
        return this.ticketDetail(id);
      case 'customers':
        if (verb === 'timeline') return this.timeline(id, query);
        return this.find(world.customers, id);
      case 'interactions':
        if (verb === 'cancel') return this.once(request, body, () => this.takeBack(id));
        if (verb === 'raw')
          return Buffer.from('From: someone\r\nSubject: raw\r\n\r\nThe original.\r\n');
        if (verb === 'attachments') return this.attachment(id, extra);
        return this.find(world.interactions, id);
      case 'search':
        return this.search(query.get('q') ?? '');
      case 'quarantine':
        if (verb === 'raw') return Buffer.from('raw bytes');
        if (isPost) return this.settleHeld(id);
        return { items: world.quarantine, next: null };
      default:
        throw new Refusal(404);
    }
  }

  actOnAgents(request, id, verb, body) {
    const { agents } = this.world;
    if (request.method === 'GET') return { items: agents, next: null };
    if (!id) {
      agents.push({ id: `agent-${agents.length}`, disabled: false, teams: null, ...body });
      return agents.at(-1);
    }
    const agent = this.find(agents, id);
    if (verb === 'invitation')
      return { token: 'good', url: `${this.url}/#invitation=good`, expires_at: '' };
    if (verb === 'offboard') {
      const theirs = this.world.tickets.filter((one) => one.assignee?.id === id);
      const heir = agents.find((one) => one.id === body.to);
      for (const one of theirs) one.assignee = heir ? { id: heir.id, name: heir.name } : null;
      agent.disabled = true;
      return { tickets: theirs.map((one) => one.number), customers: [] };
    }
    return Object.assign(agent, body);
  }

  actOnTeams(request, id, body) {
    const { teams } = this.world;
    if (request.method === 'GET') return { items: teams, next: null };
    if (request.method === 'DELETE') {
      this.world.teams = teams.filter((one) => one.id !== id);
      return {};
    }
    if (id) return Object.assign(this.find(teams, id), body);
    teams.push({ id: `team-${teams.length}`, connectors: [], ...body });
    return teams.at(-1);
  }

  find(list, id) {
    const found = list.find((one) => one.id === id);
    if (!found) throw new Refusal(404, { detail: 'There is no such thing.' });
    return found;
  }

  once(request, body, act) {
    const key = request.headers['idempotency-key'];
    if (!key) throw new Refusal(400, { detail: 'Idempotency-Key is missing.' });
    const earlier = this.answers.get(key);
    if (earlier && earlier.body !== JSON.stringify(body)) {
      throw new Refusal(400, { detail: 'This Idempotency-Key was used for another request.' });
    }
    if (!earlier) this.answers.set(key, { body: JSON.stringify(body), answer: act() });
    if (this.failNext) {
      const status = this.failNext;
      this.failNext = null;
      throw new Refusal(status);
    }
    return this.answers.get(key).answer;
  }

  show(ticket) {
    const { customer_id, ...rest } = ticket;
    const customer = this.find(this.world.customers, customer_id);
    const last = this.world.interactions
      .filter((one) => one.ticket_id === ticket.id && one.kind !== 'note')
      .sort((a, b) => a.seq - b.seq)
      .pop();
    return {
      ...rest,
      claims_to_belong_to: null,
      customer: { id: customer.id, number: customer.number, display_name: customer.display_name },
      last_words: (last?.reply_text ?? '').replace(/\s+/g, ' ').slice(0, 120),
      last_author: last?.agent?.name ?? last?.from.name ?? '',
    };
  }

  listTickets(query) {
    const { world } = this;
    const wanted = (query.get('q') ?? '').toLowerCase();
    const assignee = query.get('assignee') === 'me' ? world.me.id : query.get('assignee');
    let items = world.tickets.filter((one) => !one.merged_into).map((one) => this.show(one));
    if (query.get('status')) items = items.filter((one) => one.status === query.get('status'));
    if (query.get('connector'))
      items = items.filter((one) => one.connector === query.get('connector'));
    if (assignee === 'none') items = items.filter((one) => !one.assignee);
    else if (assignee) items = items.filter((one) => one.assignee?.id === assignee);
    if (wanted) {
      items = items.filter((one) =>
        `${one.number} ${one.subject} ${one.customer.display_name} ${one.last_words}`
          .toLowerCase()
          .includes(wanted),
      );
    }
    const end = '9999';
    const keys = {
      waiting: (one) => one.waiting_since ?? end + one.updated_at,
      updated: (one) => -Date.parse(one.updated_at),
      created: (one) => -Date.parse(one.created_at),
    };
    const key = keys[query.get('sort') ?? 'waiting'];
    items.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    return page(items, query);
  }

  ticketDetail(id) {
    const ticket = this.find(this.world.tickets, id);
    const shown = this.show(ticket);
    const interactions = this.world.interactions
      .filter((one) => one.ticket_id === id)
      .sort((a, b) => a.seq - b.seq);
    const connector = this.world.connectors.find((one) => one.name === ticket.connector);
    const customer = this.find(this.world.customers, ticket.customer_id);
    const viaMail = !connector.capabilities.can_send;
    const channel = viaMail ? this.world.connectors[0] : connector;
    const latest = interactions.filter((one) => one.direction === 'in').pop();
    return {
      ...shown,
      interactions,
      reply: {
        available: !ticket.merged_into,
        reason: ticket.merged_into ? 'The ticket was merged into another one.' : '',
        connector: channel.name,
        channel: channel.channel,
        to: [{ name: customer.display_name, address: customer.identities[0].value }],
        cc: latest?.cc ?? [],
        subject: `Re: ${ticket.subject}`,
        warnings: [],
        has_subject: channel.capabilities.has_subject,
        has_html: channel.capabilities.has_html,
        has_recipients: channel.capabilities.has_recipients,
        max_text: channel.capabilities.max_text,
      },
    };
  }

  patchTicket(request, id, body) {
    const ticket = this.find(this.world.tickets, id);
    if (request.headers['if-match'] !== `"${ticket.version}"`) throw new Refusal(412);
    const { assignee, ...rest } = body;
    Object.assign(ticket, rest);
    if (assignee !== undefined) {
      const who = assignee === 'me' ? this.world.me.id : assignee;
      const agent = this.world.agents.find((one) => one.id === who);
      ticket.assignee = agent ? { id: agent.id, name: agent.name } : null;
    }
    this.touch(ticket);
    ticket.last_change = this.change('ticket.updated', [id, ticket.customer_id]);
    return this.show(ticket);
  }

  actOnTicket(id, verb, body) {
    const ticket = this.find(this.world.tickets, id);
    const customer = this.find(this.world.customers, ticket.customer_id);
    if (verb === 'merge') return this.merge(ticket, body.other);
    if (verb === 'replies' && body.seen < ticket.last_change) {
      const newer = this.world.interactions.filter((one) => one.ticket_id === id).slice(-1);
      throw new Refusal(409, { detail: 'The ticket moved on.', reason: 'stale_reply', newer });
    }
    const isReply = verb === 'replies';
    if (isReply) this.sent.push(body);
    const to = body.to ?? [{ name: customer.display_name, address: customer.identities[0].value }];
    const interaction = this.world.add(customer, {
      ticket,
      agent: this.world.me,
      kind: isReply ? 'message' : 'note',
      direction: isReply ? 'out' : 'internal',
      subject: isReply ? `Re: ${ticket.subject}` : '',
      text: body.text,
      attachments: (body.attachments ?? []).map(({ id, data, ...one }) =>
        id
          ? this.world.interactions.flatMap((it) => it.attachments).find((it) => it.id === id)
          : { ...one, id: `file-${one.filename}`, size: Buffer.from(data, 'base64').length },
      ),
      deliveries: isReply
        ? to.map((one) => ({
            ...one,
            state: 'queued',
            attempts: 0,
            next_attempt_at: null,
            diagnostic: null,
            maybe_sent_twice: false,
          }))
        : [],
    });
    if (isReply) ticket.waiting_since = null;
    this.touch(ticket);
    ticket.last_change = this.change('interaction.created', [interaction.id, id, customer.id]);
    if (isReply && body.undo_s)
      interaction.send_at = new Date(Date.now() + body.undo_s * 1000).toISOString();
    if (isReply && !this.isHolding) setTimeout(() => this.deliver(interaction, ticket), 600);
    return interaction;
  }

  takeBack(id) {
    const interaction = this.find(this.world.interactions, id);
    if (interaction.deliveries.some((one) => one.attempts > 0))
      throw new Refusal(409, {
        detail: 'It is too late to take this back.',
        reason: 'already_begun',
      });
    for (const delivery of interaction.deliveries) delivery.state = 'cancelled';
    interaction.send_at = null;
    this.change('delivery.updated', [id, interaction.ticket_id]);
    return interaction;
  }

  deliver(interaction, ticket) {
    if (interaction.deliveries.some((one) => one.state === 'cancelled')) return;
    interaction.send_at = null;
    for (const delivery of interaction.deliveries)
      Object.assign(delivery, { state: 'accepted', attempts: 1 });
    this.change('delivery.updated', [interaction.id, ticket.id]);
  }

  merge(ticket, other) {
    const target = this.world.tickets.find((one) => one.number === other || one.id === other);
    if (!target) throw new Refusal(404, { detail: `There is no ticket ${other}.` });
    for (const one of this.world.interactions) {
      if (one.ticket_id === ticket.id)
        Object.assign(one, { ticket_id: target.id, ticket_number: target.number });
    }
    Object.assign(ticket, { merged_into: target.id, status: 'closed' });
    this.touch(ticket);
    this.change('ticket.updated', [ticket.id, target.id]);
    return this.show(target);
  }

  timeline(id, query) {
    this.find(this.world.customers, id);
    const items = this.world.interactions
      .filter(
        (one) => one.customer_id === id && (!query.get('kind') || one.kind === query.get('kind')),
      )
      .sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
    return page(items, query);
  }

  attachment(id, attachment) {
    const interaction = this.find(this.world.interactions, id);
    const { content_type } = this.find(interaction.attachments, attachment);
    return content_type === 'image/png' ? picture : Buffer.from(`bytes of ${attachment}`);
  }

  search(q) {
    const wanted = q.toLowerCase();
    const mark = (text) => {
      const at = text.toLowerCase().indexOf(wanted);
      if (at < 0) return text.slice(0, 120);
      const from = Math.max(0, at - 40);
      return `${from ? '…' : ''}${text.slice(from, at)}\uE000${text.slice(at, at + q.length)}\uE001${text.slice(at + q.length, at + 80)}`;
    };
    const has = (text) => text.toLowerCase().includes(wanted);
    const { customers, tickets, interactions } = this.world;
    const items = [
      ...customers
        .filter((one) => has(one.display_name + one.identities.map((two) => two.value).join(' ')))
        .map((one) => ({
          kind: 'customer',
          id: one.id,
          title: mark(one.display_name),
          snippet: mark(one.identities[0].value),
          customer_id: one.id,
          at: one.created_at,
        })),
      ...tickets
        .filter((one) => has(`${one.number} ${one.subject}`))
        .map((one) => ({
          kind: 'ticket',
          id: one.id,
          title: `#${one.number} ${mark(one.subject)}`,
          snippet: '',
          customer_id: one.customer_id,
          at: one.updated_at,
        })),
      ...interactions
        .filter((one) => has(one.text))
        .map((one) => ({
          kind: 'interaction',
          id: one.id,
          title: one.subject || one.from.name,
          snippet: mark(one.text),
          customer_id: one.customer_id,
          at: one.occurred_at,
        })),
    ];
    return { items: items.slice(0, 30), next: null };
  }

  settleHeld(id) {
    this.find(this.world.quarantine, id);
    this.world.quarantine = this.world.quarantine.filter((one) => one.id !== id);
    this.change('quarantine.changed', [id]);
    return {};
  }

  async longPoll(after) {
    const newer = () => this.log.filter((change) => change.seq > after);
    if (newer().length === 0) {
      let wake;
      await new Promise((resolve) => {
        wake = resolve;
        this.polls.add(wake);
        setTimeout(resolve, 1_000).unref();
      });
      this.polls.delete(wake);
    }
    return { items: newer(), newest: this.world.change };
  }
}

function page(items, query) {
  const limit = Number(query.get('limit') ?? 50);
  const from = Number(query.get('cursor') ?? 0);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next };
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : null;
}

// One teal dot, 1 × 1.
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mPgTpj5HwADuQIxpN3nZAAAAABJRU5ErkJggg==',
  'base64',
);
