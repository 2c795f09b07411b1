// A small believable shop's desk. Times are relative to the moment the mock starts.
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let counter = 0;
const id = (kind) => `0198c0de-${kind}-7000-8000-${String(++counter).padStart(12, '0')}`;

export function makeWorld(now = Date.now()) {
  counter = 0;
  const ago = (ms) => new Date(now - ms).toISOString();
  const world = { change: 1000, seq: 0, agents: [], customers: [], tickets: [], interactions: [] };

  const colleague = { disabled: false, teams: null, created_at: '2026-01-05T08:00:00.000Z' };
  const mira = {
    id: id('aaaa'),
    name: 'Mira Solberg',
    email: 'mira@lakeside.example',
    role: 'admin',
    ...colleague,
  };
  const jonas = {
    id: id('aaaa'),
    name: 'Jonas Weber',
    email: 'jonas@lakeside.example',
    role: 'agent',
    ...colleague,
  };
  world.agents = [mira, jonas];
  world.teams = [
    { id: id('7ea3'), name: 'Shop', connectors: ['shop'], created_at: colleague.created_at },
  ];
  world.me = mira;

  const capabilities = (over) => ({
    can_send: true,
    has_subject: false,
    has_html: false,
    has_recipients: false,
    needs_presence: false,
    max_text: 0,
    max_attachment: 10 * 1024 * 1024,
    ...over,
  });
  const connector = (name, channel, title, over = {}) => ({
    name,
    channel,
    title,
    state: 'up',
    reason: '',
    last_in: ago(4 * minute),
    last_out: ago(20 * minute),
    backlog: 0,
    queued: 0,
    capabilities: capabilities({}),
    ...over,
  });
  world.connectors = [
    connector('support', 'email', 'E-mail mailbox', {
      capabilities: capabilities({ has_subject: true, has_html: true, has_recipients: true }),
      queued: 1,
    }),
    connector('contact', 'webform', 'Web form', {
      last_in: ago(50 * minute),
      last_out: null,
      capabilities: capabilities({ can_send: false }),
    }),
    connector('site-chat', 'chat', 'Live chat', {
      last_in: ago(9 * minute),
      capabilities: capabilities({ needs_presence: true, max_text: 2000 }),
    }),
    connector('shop', 'webhook', 'Webhook', {
      last_in: ago(2 * hour),
      last_out: null,
      backlog: null,
      capabilities: capabilities({ can_send: false }),
    }),
    connector('orders', 'email', 'E-mail mailbox', {
      state: 'down',
      reason:
        'Sign-in refused by imap.lakeside.example: the password was not accepted. Next try in 4 minutes.',
      last_in: ago(26 * hour),
      last_out: ago(2 * day),
      backlog: 3,
      capabilities: capabilities({ has_subject: true, has_html: true, has_recipients: true }),
    }),
  ];

  const customer = (name, identities, over = {}) => {
    const made = {
      id: id('cccc'),
      number: 501 + world.customers.length,
      display_name: name,
      owner: null,
      fields: {},
      identities: identities.map(([kind, value, proof, scope = null, display = value]) => ({
        kind,
        value,
        proof,
        scope,
        display,
        stale: false,
      })),
      created_at: ago(400 * day),
      version: 1,
      ...over,
    };
    world.customers.push(made);
    return made;
  };
  const ticket = (of, connectorName, subject, over = {}) => {
    const made = {
      id: id('bbbb'),
      number: 1041 + world.tickets.length,
      customer_id: of.id,
      connector: connectorName,
      channel: world.connectors.find((one) => one.name === connectorName).channel,
      subject,
      status: 'open',
      type: 'question',
      priority: 'normal',
      assignee: null,
      claimed: false,
      created_at: ago(2 * day),
      updated_at: ago(hour),
      waiting_since: null,
      last_change: 900 + world.tickets.length,
      version: 1,
      merged_into: null,
      ...over,
    };
    world.tickets.push(made);
    return made;
  };
  const add = (of, over) => {
    const made = makeInteraction(world, of, over);
    world.interactions.push(made);
    return made;
  };
  world.add = (of, over) => add(of, { occurred_at: new Date().toISOString(), ...over });

  const anna = customer(
    'Anna Lindqvist',
    [
      ['email', 'anna.lindqvist@fjordmail.example', 'channel'],
      ['phone', '+46701234567', 'claimed', null, '+46 70 123 45 67'],
      ['user', 'u-20931', 'signed', 'shop'],
    ],
    {
      owner: { id: mira.id, name: mira.name },
      fields: { Company: 'Lindqvist Interiör AB', Tier: 'Loyal' },
    },
  );
  const tran = customer('Trần Minh Anh', [['email', 'minhanh.tran@example.vn', 'channel']]);
  const okafor = customer('Chidi Okafor', [
    ['user', 'visitor-7f3a', 'channel', 'site-chat'],
    ['email', 'chidi@okafor.example', 'claimed'],
  ]);
  const bauer = customer('Bauer & Söhne GmbH', [
    ['email', 'einkauf@bauer-soehne.example', 'channel'],
  ]);
  const priya = customer('Priya Raman', [['email', 'priya.raman@example.in', 'channel']]);
  const sam = customer('Sam Whitfield', [['email', 'sam@whitfield.example', 'claimed']]);
  const elena = customer('Elena Petrova', [['email', 'elena.p@example.bg', 'channel']]);

  // Anna: a damaged delivery, over three channels.
  add(anna, {
    kind: 'visit',
    connector: 'shop',
    channel: 'webhook',
    occurred_at: ago(31 * day),
    data: { url: 'https://lakeside.example/lamps', title: 'Lamps and lights', referrer: '' },
  });
  add(anna, {
    kind: 'order',
    connector: 'shop',
    channel: 'webhook',
    occurred_at: ago(9 * day),
    data: {
      order_id: 'LS-20418',
      status: 'delivered',
      lines: [
        { sku: 'LAMP-07-OAK', name: 'Floor lamp “Vik”, oak', quantity: 1, price: '189.00' },
        { sku: 'BULB-E27', name: 'Bulb E27, warm', quantity: 3, price: '7.50' },
      ],
      total: '211.50',
      currency: 'EUR',
    },
    why: { customer: 'Shop account u-20931, signed by the shop’s webhook secret.', ticket: '' },
  });
  add(anna, {
    kind: 'call',
    connector: 'shop',
    channel: 'webhook',
    occurred_at: ago(5 * day),
    data: { state: 'missed', direction: 'in', ring_s: 24, talk_s: 0 },
  });
  const damaged = ticket(anna, 'support', 'Floor lamp arrived with a cracked base', {
    type: 'complaint',
    priority: 'high',
    assignee: { id: mira.id, name: mira.name },
    waiting_since: ago(5 * hour + 12 * minute),
    created_at: ago(3 * day),
  });
  add(anna, {
    ticket: damaged,
    subject: 'Floor lamp arrived with a cracked base',
    occurred_at: ago(3 * day),
    text: 'Hello,\n\nmy lamp from order LS-20418 arrived today and the wooden base is cracked right through. The box itself looked fine. I attach two photos.\n\nCan you send me a new base, or do I have to return everything?\n\nKind regards\nAnna Lindqvist',
    attachments: [
      { filename: 'base-front.jpg', content_type: 'image/jpeg', size: 1_834_211 },
      { filename: 'base-side.jpg', content_type: 'image/jpeg', size: 2_104_882 },
    ],
    why: {
      customer: 'E-mail anna.lindqvist@fjordmail.example, proven by the channel (DKIM aligned).',
      ticket: 'A new message that answers nothing we know, so a new ticket.',
    },
  });
  add(anna, {
    kind: 'note',
    ticket: damaged,
    agent: jonas,
    direction: 'internal',
    occurred_at: ago(3 * day - 2 * hour),
    text: 'Third cracked “Vik” base this month. Warehouse thinks the new cartons are too thin. Spare bases are in stock (12).',
  });
  add(anna, {
    ticket: damaged,
    agent: mira,
    direction: 'out',
    subject: 'Re: Floor lamp arrived with a cracked base',
    occurred_at: ago(2 * day),
    text: 'Dear Anna,\n\nI am sorry about that, and thank you for the photos. No need to return anything: I can send you a new base free of charge.\n\nIs the address of your order still right?\n\nBest wishes\nMira',
    deliveries: [
      {
        name: 'Anna Lindqvist',
        address: 'anna.lindqvist@fjordmail.example',
        state: 'accepted',
        attempts: 1,
        next_attempt_at: null,
        diagnostic: null,
        maybe_sent_twice: false,
      },
    ],
  });
  add(anna, {
    ticket: damaged,
    subject: 'Re: Floor lamp arrived with a cracked base',
    occurred_at: ago(5 * hour + 12 * minute),
    cc: [{ name: 'Erik Lindqvist', address: 'erik@lindqvist-interior.example' }],
    text: 'That is very kind, thank you!\n\nThe address is right, but please deliver to the shop on weekdays: https://lindqvist-interior.example/visit (open 10 to 18).\nWhen will it arrive? We need the lamp for Saturday.\n\nAnna\n\nOn Tue, Mira Solberg wrote:\n> Dear Anna,\n>\n> I am sorry about that, and thank you for the photos. No need to return anything: I can send you a new base free of charge.\n>\n> > Can you send me a new base, or do I have to return everything?\n>\n> Best wishes\n> Mira',
    reply_text:
      'That is very kind, thank you!\n\nThe address is right, but please deliver to the shop on weekdays: https://lindqvist-interior.example/visit (open 10 to 18).\nWhen will it arrive? We need the lamp for Saturday.\n\nAnna',
    why: {
      customer: 'E-mail anna.lindqvist@fjordmail.example, proven by the channel (DKIM aligned).',
      ticket: 'Answers our message of Tuesday; the sender takes part in this ticket.',
    },
  });

  // A designed mail with a remote image and a bounced answer.
  const offer = ticket(bauer, 'support', 'Angebot für 40 Stehleuchten', {
    type: 'request',
    waiting_since: ago(27 * hour),
    assignee: { id: jonas.id, name: jonas.name },
  });
  add(bauer, {
    ticket: offer,
    subject: 'Angebot für 40 Stehleuchten',
    occurred_at: ago(27 * hour),
    text: 'Guten Tag, wir bitten um ein Angebot. Artikel / Menge: Vik Eiche 40, Leuchtmittel 120.',
    html_sanitized:
      '<p>Guten Tag,</p><p>für unser neues Hotel bitten wir um ein <b>Angebot bis Freitag</b>:</p><table border="1" cellpadding="6"><tr><th align="left">Artikel</th><th align="right">Menge</th></tr><tr><td>Stehleuchte „Vik“, Eiche</td><td align="right">40</td></tr><tr><td>Leuchtmittel E27</td><td align="right">120</td></tr></table><p>Mit freundlichen Grüßen<br>Katrin Bauer</p><p><img src="cid:logo@bauer" alt="Bauer &amp; Söhne" width="28"> <img src="https://tracker.example/open.gif?id=9" width="1" height="1" alt=""> <a href="https://bauer-soehne.example">bauer-soehne.example</a></p>',
    attachments: [
      { filename: 'Grundriss.pdf', content_type: 'application/pdf', size: 482_113 },
      {
        filename: 'logo.png',
        content_type: 'image/png',
        size: 420,
        inline: true,
        content_id: 'logo@bauer',
      },
    ],
  });
  add(bauer, {
    ticket: offer,
    agent: jonas,
    direction: 'out',
    subject: 'Re: Angebot für 40 Stehleuchten',
    occurred_at: ago(20 * hour),
    text: 'Guten Tag Frau Bauer,\n\nvielen Dank für Ihre Anfrage. Das Angebot geht Ihnen heute zu.\n\nJonas Weber',
    to: [
      { name: 'Bauer & Söhne GmbH', address: 'einkauf@bauer-soehne.example' },
      { name: 'Katrin Bauer', address: 'k.bauer@bauer-soehne.example' },
    ],
    deliveries: [
      {
        name: 'Bauer & Söhne GmbH',
        address: 'einkauf@bauer-soehne.example',
        state: 'queued',
        attempts: 2,
        next_attempt_at: new Date(now + 12 * minute).toISOString(),
        diagnostic: '451 4.7.1 Greylisted, please try again in 15 minutes',
        maybe_sent_twice: false,
      },
      {
        name: 'Katrin Bauer',
        address: 'k.bauer@bauer-soehne.example',
        state: 'failed',
        attempts: 1,
        next_attempt_at: null,
        diagnostic: '550 5.1.1 No such user here',
        maybe_sent_twice: false,
      },
    ],
  });
  add(bauer, {
    ticket: offer,
    subject: 'Undelivered Mail Returned to Sender',
    occurred_at: ago(19 * hour),
    from: {
      name: 'Mail Delivery System',
      address: 'mailer-daemon@bauer-soehne.example',
      proof: 'none',
    },
    text: 'This is the mail system at host mx.bauer-soehne.example.\nI am sorry to have to inform you that your message could not be delivered.',
    auto: { kind: 'bounce' },
    bounce: {
      recipients: [
        {
          address: 'k.bauer@bauer-soehne.example',
          status: '5.1.1',
          action: 'failed',
          permanent: true,
          diagnostic: 'smtp; 550 5.1.1 No such user here',
        },
      ],
      original_message_id: null,
    },
  });

  // A chat.
  const chat = ticket(okafor, 'site-chat', 'Does the oak lamp come with a dimmer?', {
    waiting_since: ago(9 * minute),
    created_at: ago(15 * minute),
  });
  const said = (text, ms, over = {}) =>
    add(okafor, {
      ticket: chat,
      connector: 'site-chat',
      channel: 'chat',
      subject: '',
      text,
      occurred_at: ago(ms),
      ...over,
    });
  said('Hi! Does the oak floor lamp come with a dimmer?', 15 * minute);
  said(
    'Hello Chidi, it does not, but every E27 dimmable bulb works with the foot switch dimmer we sell for 19 €.',
    12 * minute,
    {
      agent: jonas,
      direction: 'out',
      deliveries: [
        {
          name: 'Chidi Okafor',
          address: 'visitor-7f3a',
          state: 'accepted',
          attempts: 1,
          next_attempt_at: null,
          diagnostic: null,
          maybe_sent_twice: false,
        },
      ],
    },
  );
  said('Perfect. Can I add it to an order I made this morning? 🙂', 9 * minute);

  // A form by somebody who only claims to be this customer.
  const form = ticket(priya, 'contact', 'Please change my delivery address', {
    type: 'request',
    priority: 'urgent',
    claimed: true,
    waiting_since: ago(50 * minute),
  });
  add(priya, {
    kind: 'order',
    connector: 'shop',
    channel: 'webhook',
    occurred_at: ago(3 * day),
    data: {
      order_id: 'LS-20455',
      status: 'paid',
      lines: [{ sku: 'DESK-02', name: 'Writing desk “Ås”', quantity: 1, price: '449.00' }],
      total: '449.00',
      currency: 'EUR',
    },
  });
  add(priya, {
    kind: 'form',
    ticket: form,
    connector: 'contact',
    channel: 'webform',
    subject: 'Please change my delivery address',
    occurred_at: ago(50 * minute),
    claimed: true,
    from: { name: 'Priya Raman', address: 'priya.raman@example.in', proof: 'claimed' },
    text: 'Please send order LS-20455 to 14 Canal Street instead. It is urgent!',
    data: {
      form: 'contact',
      fields: {
        name: 'Priya Raman',
        email: 'priya.raman@example.in',
        order: 'LS-20455',
        message: 'Please send…',
      },
    },
    why: {
      customer: 'The form names priya.raman@example.in. Nothing proves that the writer owns it.',
      ticket: 'A form always opens a new ticket.',
    },
  });

  const invoice = ticket(tran, 'support', 'Hóa đơn cho đơn hàng LS-20390', {
    status: 'pending',
    updated_at: ago(7 * hour),
  });
  add(tran, {
    ticket: invoice,
    subject: 'Hóa đơn cho đơn hàng LS-20390',
    occurred_at: ago(30 * hour),
    text: 'Xin chào, vui lòng gửi cho tôi hóa đơn VAT của đơn hàng LS-20390. Cảm ơn!',
  });
  add(tran, {
    ticket: invoice,
    agent: mira,
    direction: 'out',
    subject: 'Re: Hóa đơn cho đơn hàng LS-20390',
    occurred_at: ago(7 * hour),
    text: 'Chào bạn, chúng tôi sẽ gửi hóa đơn trong hôm nay.\n\nMira',
  });

  const survey = ticket(elena, 'support', 'Thank you, and one small wish', {
    status: 'solved',
    updated_at: ago(2 * day),
  });
  add(elena, {
    ticket: survey,
    subject: 'Thank you, and one small wish',
    occurred_at: ago(4 * day),
    text: 'The desk is beautiful. Could you print the manual a little larger next time?',
  });
  add(elena, {
    kind: 'survey',
    connector: 'shop',
    channel: 'webhook',
    occurred_at: ago(2 * day),
    data: { type: 'csat', score: 5, scale: 5, comment: 'Friendly and fast.' },
  });

  const wholesale = ticket(sam, 'support', 'Re: Wholesale price list', {
    claimed: true,
    waiting_since: ago(2 * day),
    priority: 'low',
  });
  add(sam, {
    ticket: wholesale,
    subject: 'Re: Wholesale price list',
    claimed: true,
    from: { name: 'Sam Whitfield', address: 'sam@whitfield.example', proof: 'claimed' },
    occurred_at: ago(2 * day),
    text: 'Hi, could you resend the wholesale price list? Our shop moved to a new mail system.',
    auto: { kind: 'none' },
    warnings: ['charset_repaired'],
  });

  // Enough more that the list has a second page.
  const subjects = [
    'Where is my parcel?',
    'Wrong colour delivered',
    'Question about the warranty',
    'Cancel my order please',
    'Invoice with company name',
    'Missing screws for shelf',
    'Return label does not print',
    'Is the sofa available in green?',
  ];
  const names = [
    'Luca Moretti',
    'Aisha Rahman',
    'Marta Nowak',
    'Tomás Silva',
    'Yuki Tanaka',
    'Noah Fischer',
    'Freya Olsen',
    'Omar Haddad',
    'Ines Dupont',
  ];
  for (let index = 0; index < 60; ++index) {
    const name = names[index % names.length];
    const who =
      world.customers.find((one) => one.display_name === name) ??
      customer(name, [['email', `${name.split(' ')[0].toLowerCase()}@example.net`, 'channel']]);
    const waits = index % 3 !== 2;
    const at = 20 * minute + index * 37 * minute;
    const one = ticket(
      who,
      index % 4 === 3 ? 'contact' : 'support',
      subjects[index % subjects.length],
      {
        status: index < 44 ? 'open' : index < 52 ? 'pending' : 'solved',
        waiting_since: waits && index < 44 ? ago(at) : null,
        updated_at: ago(at),
        assignee: index % 5 === 0 ? { id: jonas.id, name: jonas.name } : null,
      },
    );
    add(who, {
      ticket: one,
      subject: one.subject,
      occurred_at: ago(at),
      text: `${one.subject} I ordered some time ago and would like to know. Thank you for a short answer.`,
    });
  }

  world.quarantine = [
    {
      id: id('dddd'),
      connector: 'support',
      channel: 'email',
      reason: 'mime_depth',
      detail: 'The message nests more than 100 parts deep; reading it was stopped at the limit.',
      sender: 'newsletter@bulk.example',
      subject: 'Fwd: Fwd: Fwd: Fwd: Season sale',
      received_at: ago(3 * hour),
    },
    {
      id: id('dddd'),
      connector: 'shop',
      channel: 'webhook',
      reason: 'bad_signature',
      detail: 'The signature does not match any current secret.',
      sender: null,
      subject: null,
      received_at: ago(26 * hour),
    },
  ];
  world.ago = ago;
  world.nextId = id;
  return world;
}

export function makeInteraction(world, of, over) {
  const { ticket, agent, attachments, ...rest } = over;
  const direction = over.direction ?? 'in';
  const address = of.identities[0]?.value ?? '';
  const self = { name: 'Lakeside Support', address: 'support@lakeside.example' };
  const text = over.text ?? '';
  return {
    id: id('eeee'),
    seq: ++world.seq,
    kind: 'message',
    connector: ticket?.connector ?? 'support',
    channel: ticket?.channel ?? 'email',
    direction,
    external_id: null,
    customer_id: of.id,
    ticket_id: ticket?.id ?? null,
    ticket_number: ticket?.number ?? null,
    received_at: rest.occurred_at,
    sent_at: rest.occurred_at,
    from:
      direction === 'in'
        ? { name: of.display_name, address, proof: 'channel' }
        : { name: agent?.name ?? null, address: self.address, proof: 'none' },
    reply_to: [],
    to:
      direction === 'in' ? [self] : direction === 'out' ? [{ name: of.display_name, address }] : [],
    cc: [],
    subject: '',
    text,
    reply_text: text,
    html_sanitized: null,
    message_id: null,
    in_reply_to: [],
    references: [],
    auto: { kind: 'none' },
    bounce: null,
    data: {},
    warnings: [],
    claimed: false,
    agent: agent ? { id: agent.id, name: agent.name } : null,
    deliveries: [],
    send_at: null,
    why: { customer: '', ticket: '' },
    has_raw: direction === 'in',
    attachments: (attachments ?? []).map((one) => ({
      id: id('ffff'),
      sha256: '',
      inline: false,
      content_id: null,
      ...one,
    })),
    ...rest,
  };
}
