const hues = 6;

// Always the same colour for the same name.
export function hueOf(name: string): number {
  let sum = 7;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 9973;
  return sum % hues;
}

export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0] ?? '?';
  const last = words.length > 1 && !name.includes('@') ? words[words.length - 1]! : '';
  return (firstLetter(first) + firstLetter(last)).toLocaleUpperCase();
}

function firstLetter(word: string): string {
  return /[\p{L}\p{N}]/u.exec(word)?.[0] ?? word.slice(0, 1);
}
