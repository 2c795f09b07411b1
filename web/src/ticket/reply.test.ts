import { expect, test } from 'vitest';
import type { Attachment } from '../api/types';
import { base64, prepareReply, wrongAddresses } from './reply';

const offer = {
  available: true,
  reason: '',
  connector: 'support',
  channel: 'email',
  to: [{ name: 'Ann', address: 'a@x.example' }],
  cc: [],
  subject: '',
  warnings: [],
  has_subject: true,
  has_html: true,
  has_recipients: true,
  max_text: 0,
};
const written = { reply: ' Hello ', to: null, cc: null, files: [], kept: [] };

test('recipients go along only where they were changed', async () => {
  expect(await prepareReply(written, offer)).toEqual({ text: 'Hello' });
  expect(await prepareReply({ ...written, cc: 'b@x.example' }, offer)).toEqual({
    text: 'Hello',
    to: offer.to,
    cc: [{ name: '', address: 'b@x.example' }],
  });
});

test('a channel without recipients is sent none', async () => {
  const chat = { ...offer, has_recipients: false, to: [] };
  expect(await prepareReply({ ...written, to: 'b@x.example' }, chat)).toEqual({ text: 'Hello' });
  expect(wrongAddresses(written, chat)).toBe('');
});

test.each([
  [null, ''],
  ['a@x.example', ''],
  ['Ann', 'Ann'],
  ['', 'Nobody'],
])('recipients %j', (to, complaint) => {
  const said = wrongAddresses({ ...written, to }, offer);
  if (complaint === '') expect(said).toBe('');
  else expect(said).toContain(complaint);
});

test('files travel whole, however long', async () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => index % 251);
  expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  // Node 18 knows no File.
  const file = Object.assign(new Blob([bytes]), { name: 'a.bin' }) as File;
  const kept = [{ id: '7' }] as Attachment[];
  const reply = await prepareReply({ ...written, files: [file], kept }, offer);
  expect(reply.attachments?.[0]).toEqual({ id: '7' });
  expect(reply.attachments?.[1]).toMatchObject({
    filename: 'a.bin',
    content_type: 'application/octet-stream',
  });
});
