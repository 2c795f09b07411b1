// Signs a body as a shop that uses the standardwebhooks package does.
//
//   node sign.mjs SECRET ID < body        prints {"webhook-id", "webhook-timestamp", "webhook-signature"}
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const [secret, id] = process.argv.slice(2);
const body = readFileSync(0, 'utf8');
const now = new Date();
console.log(JSON.stringify({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, now, body),
}));
