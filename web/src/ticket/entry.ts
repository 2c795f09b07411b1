// How one interaction is shown: decisions only.
import type { Interaction } from '../api/types';
import { text } from '../i18n';
import { foldQuotes } from '../text/quotes';
import type { IconName } from '../ui/icons';

export type Tone = 'in' | 'out' | 'note' | 'system';

export function toneOf(interaction: Interaction): Tone {
  if (interaction.kind === 'system') return 'system';
  if (interaction.kind === 'note' || interaction.direction === 'internal') return 'note';
  return interaction.direction === 'out' ? 'out' : 'in';
}

export function authorOf(interaction: Interaction): string {
  if (interaction.agent) return interaction.agent.name;
  const { from, direction } = interaction;
  if (direction !== 'in') return from?.name || text.message.system;
  return shownName(from) || from?.address || text.common.unnamed;
}

// A name with an address in it would be taken for where the words come from.
function shownName(from: Interaction['from']): string {
  if (!from?.name || (from.address && /[@\uFF20\uFE6B]/.test(from.name))) return '';
  return from.name;
}

// HTML is shown at once where text would lose something: tables, pictures, lists. An answer above
// quoted history reads better as text, with the history folded away.
export function isDesignWorthShowing(interaction: Interaction): boolean {
  const html = interaction.html_sanitized;
  if (!html) return false;
  const words = foldQuotes(interaction.text, interaction.reply_text);
  if (!words.words) return true;
  return words.folded === null && /<(?:table|img|ul|ol|h[1-6]|pre)[\s>]/i.test(html);
}

export function rawFileName(interaction: Interaction, type: string): string {
  const endings: Record<string, string> = {
    'message/rfc822': 'eml',
    'application/json': 'json',
    'text/plain': 'txt',
  };
  const ending = endings[type.split(';')[0]!.trim()] ?? 'bin';
  return `original-${interaction.id}.${ending}`;
}

export function iconOf(interaction: Interaction): IconName {
  switch (interaction.kind) {
    case 'call':
      return 'phone';
    case 'form':
      return 'form';
    case 'order':
      return 'bag';
    case 'survey':
      return 'star';
    case 'visit':
      return 'eye';
    case 'note':
      return 'note';
    case 'system':
      return 'gear';
    case 'message':
      // What has a subject is a letter; what has none is talk.
      if (interaction.direction === 'out') return 'out';
      return interaction.subject ? 'letter' : 'bubble';
  }
}
