// Sizes and money for people.
import { text } from '../i18n';

export function byteSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

// Money is a decimal string and stays one: only its currency is dressed up, no arithmetic is done.
export function money(amount: unknown, currency: unknown): string {
  const digits = typeof amount === 'number' ? String(amount) : amount;
  if (typeof digits !== 'string' || digits === '') return '';
  if (typeof currency !== 'string' || currency === '') return digits;
  try {
    const parts = new Intl.NumberFormat(text.locale, { style: 'currency', currency });
    const value = Number(digits);
    return Number.isFinite(value) ? parts.format(value) : `${digits} ${currency}`;
  } catch {
    return `${digits} ${currency}`;
  }
}
