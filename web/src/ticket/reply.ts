// Turns what was written into what is sent.
import type { Reply, ReplyOffer } from '../api/types';
import { text } from '../i18n';
import { parseParties } from '../text/recipients';
import type { Draft } from './draft.svelte';

type Written = Pick<Draft, 'reply' | 'to' | 'cc' | 'files' | 'kept'>;

// A sentence about the recipients when the reply cannot go out as they stand, else "".
export function wrongAddresses(draft: Written, offer: ReplyOffer): string {
  if (!offer.has_recipients) return '';
  const to = draft.to === null ? null : parseParties(draft.to);
  const cc = draft.cc === null ? null : parseParties(draft.cc);
  const wrong = [...(to?.wrong ?? []), ...(cc?.wrong ?? [])];
  if (wrong.length > 0) return text.composer.badAddress(wrong[0]!);
  const count = (to?.parties ?? offer.to).length;
  return count === 0 ? text.composer.noRecipient : '';
}

// Recipients go along only where the agent changed them, and then all: else the server's proposal
// stands.
export async function prepareReply(
  draft: Written,
  offer: ReplyOffer,
): Promise<Omit<Reply, 'seen'>> {
  const reply: Omit<Reply, 'seen'> = { text: draft.reply.trim() };
  if (offer.has_recipients && (draft.to !== null || draft.cc !== null)) {
    reply.to = draft.to === null ? offer.to : parseParties(draft.to).parties;
    reply.cc = draft.cc === null ? offer.cc : parseParties(draft.cc).parties;
  }
  if (draft.files.length + draft.kept.length > 0) {
    const added = await Promise.all(
      draft.files.map(async (file) => ({
        filename: file.name,
        content_type: file.type || 'application/octet-stream',
        data: base64(new Uint8Array(await file.arrayBuffer())),
      })),
    );
    reply.attachments = [...draft.kept.map(({ id }) => ({ id })), ...added];
  }
  return reply;
}

// In pieces, because a call takes only so many arguments; of a multiple of three, so that the
// pieces join without padding.
export function base64(bytes: Uint8Array): string {
  const piece = 3 * 8192;
  let encoded = '';
  for (let at = 0; at < bytes.length; at += piece) {
    encoded += btoa(String.fromCharCode(...bytes.subarray(at, at + piece)));
  }
  return encoded;
}
