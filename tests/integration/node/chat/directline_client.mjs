// botframework-directlinejs, unmodified, as a command.
//
//   node directline_client.mjs BASE_URL (--secret S | --token T) [--user ID] [--text TEXT]
//                              [--conversation ID] [--watermark N] [--profile JSON]
//
// BASE_URL is the connector's address, ".../chat/site-chat". Sends what a pre-chat form asked for (profile,
// {"name", "email"}), then TEXT, then every line of stdin;
// prints one JSON object a line:
//   {"event":"status","status":"Online"}  {"event":"sent","text":…,"id":…}  {"event":"activity",…}
// Ends when stdin ends. A server that goes away is waited for; what it said meanwhile arrives by the
// watermark, what was typed meanwhile is sent again under the same client id.
import { randomUUID } from 'node:crypto';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';
import XMLHttpRequest from 'xhr2';

// What the client expects of a browser.
globalThis.XMLHttpRequest = XMLHttpRequest;
globalThis.WebSocket = WebSocket;
const { ConnectionStatus, DirectLine } = (await import('botframework-directlinejs')).default;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    secret: { type: 'string' },
    token: { type: 'string' },
    user: { type: 'string', default: 'node-visitor' },
    text: { type: 'string' },
    conversation: { type: 'string' },
    watermark: { type: 'string' },
    profile: { type: 'string' },
  },
});
const [base] = positionals;
if (!base || !(options.secret || options.token)) {
  console.error('usage: directline_client.mjs BASE_URL (--secret S | --token T) [--user ID] [--text TEXT]');
  process.exit(2);
}

const print = (record) => console.log(JSON.stringify(record));

const line = new DirectLine({
  domain: `${base.replace(/\/$/, '')}/v3/directline`,
  secret: options.secret,
  token: options.token,
  conversationId: options.conversation,
  watermark: options.watermark,
  // The client waits 3 s + random * 12 s before it reconnects, and `timeout` between further tries.
  random: () => 0,
  timeout: 2000,
});

line.connectionStatus$.subscribe((status) => print({ event: 'status', status: ConnectionStatus[status] }));
line.activity$.subscribe(
  (activity) => print({ event: 'activity', watermark: line.watermark, activity }),
  (error) => print({ event: 'error', error: String(error.status ?? error) }),
);

const post = (activity) => new Promise((resolve, reject) => {
  line.postActivity(activity).take(1).subscribe(resolve, reject);
});

async function send(text, kind = { type: 'message', text }) {
  const activity = {
    ...kind,
    from: { id: options.user, name: options.user },
    channelData: { clientActivityID: randomUUID() },
  };
  for (;;) {
    try {
      const id = await post({ ...activity });
      if (id && id !== 'retry') return print({ event: 'sent', text, id, conversation: line.conversationId });
    } catch (error) {
      if (error.status >= 400 && error.status < 500 && error.status !== 429)
        return print({ event: 'refused', text, status: error.status });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

if (options.profile)
  await send('', { type: 'event', name: 'profile', value: JSON.parse(options.profile) });
if (options.text) await send(options.text);
for await (const text of readline.createInterface({ input: process.stdin })) {
  if (text.trim()) await send(text);
}
line.end();
process.exit(0);
