// What one line of the timeline says: decisions only.
import type { Interaction } from '../api/types';
import { text } from '../i18n';
import { authorOf } from '../ticket/entry';
import { readOrder } from '../ticket/facts';

export function titleOf(interaction: Interaction): string {
  if (interaction.kind === 'order') {
    const { id } = readOrder(interaction.data);
    return id ? text.order.title(id) : text.kind.order;
  }
  if (interaction.kind === 'message' || interaction.kind === 'form') {
    if (interaction.subject) return interaction.subject;
    return interaction.direction === 'in' ? text.kind[interaction.kind] : authorOf(interaction);
  }
  if (interaction.kind === 'note') return text.message.note;
  return interaction.subject || text.kind[interaction.kind];
}

// An order's words repeat its lines, so only what people wrote is shown.
export function wordsOf(interaction: Interaction): string {
  if (interaction.kind === 'order') return '';
  const words = (interaction.reply_text || interaction.text).trim();
  return interaction.direction === 'in' || interaction.kind === 'system'
    ? words
    : `${authorOf(interaction)}: ${words}`;
}

export function isLong(words: string): boolean {
  return words.length > 150 || words.split('\n').length > 3;
}
