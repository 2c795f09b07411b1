// Which command a key press means. Letters act only while nothing is being typed and no modifier is
// held, so that browser and screen reader shortcuts stay theirs.

export type Command =
  | 'next'
  | 'previous'
  | 'open'
  | 'solve'
  | 'assign_me'
  | 'reply'
  | 'note'
  | 'search'
  | 'help'
  | 'back';

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export type Focus = 'page' | 'text' | 'control';

const letters = new Map<string, Command>([
  ['j', 'next'],
  ['k', 'previous'],
  ['e', 'solve'],
  ['a', 'assign_me'],
  ['r', 'reply'],
  ['n', 'note'],
  ['/', 'search'],
  ['?', 'help'],
]);

export function commandFor(press: KeyPress, focus: Focus): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return 'back';
  if (focus === 'text') return null;
  // Enter on a button or link is that button's or link's own.
  if (press.key === 'Enter') return focus === 'page' ? 'open' : null;
  return letters.get(press.key) ?? null;
}

export function isSendKey(press: KeyPress): boolean {
  return press.key === 'Enter' && (press.ctrlKey || press.metaKey);
}

export function focusOf(element: Element | null): Focus {
  if (!element) return 'page';
  if (element.closest('textarea, select, [contenteditable="true"]')) return 'text';
  const input = element.closest('input');
  if (input)
    return ['checkbox', 'radio', 'button', 'file'].includes(input.type) ? 'control' : 'text';
  return element.closest('a, button, summary') ? 'control' : 'page';
}

// Where j and k lead in a list: to the first when nothing is chosen yet, never past its ends.
export function moveCursor(ids: string[], current: string | null, by: 1 | -1): string | null {
  if (ids.length === 0) return null;
  const at = current === null ? -1 : ids.indexOf(current);
  if (at < 0) return by > 0 ? ids[0]! : ids[ids.length - 1]!;
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))]!;
}
