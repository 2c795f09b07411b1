// Times for people. Every function takes "now", so that what is shown can be tested and ticks with
// one clock for the whole page.
import { text } from '../i18n';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// How long ago, as short as a list row allows: "now", "4m", "3h", "2d", then the date.
export function shortAge(instant: string, now: number): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  const age = now - at;
  if (age < minute) return text.time.now;
  if (age < hour) return text.time.minutes(Math.floor(age / minute));
  if (age < day) return text.time.hours(Math.floor(age / hour));
  if (age < 7 * day) return text.time.days(Math.floor(age / day));
  return shortDate(at, now);
}

export function clockTime(instant: string): string {
  return format(instant, { hour: '2-digit', minute: '2-digit' });
}

export function fullTime(instant: string): string {
  return format(instant, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

// "Today", "Yesterday", else the date: heads a day's worth of a conversation.
export function dayLabel(instant: string, now: number): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  const daysAgo = Math.round((startOfDay(now) - startOfDay(at)) / day);
  if (daysAgo === 0) return text.time.today;
  if (daysAgo === 1) return text.time.yesterday;
  return format(instant, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isSameYear(at, now) ? {} : { year: 'numeric' }),
  });
}

export type Urgency = 'calm' | 'due' | 'late';

// How loudly a waiting customer is shown: after half a working day amber, after a day red.
export function waitingUrgency(waitingSince: string, now: number): Urgency {
  const waited = now - Date.parse(waitingSince);
  if (waited >= day) return 'late';
  return waited >= 4 * hour ? 'due' : 'calm';
}

// Seconds as "1:05" or "1:02:05".
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, '0') : part)).join(':');
}

function shortDate(at: number, now: number): string {
  return format(new Date(at).toISOString(), {
    day: 'numeric',
    month: 'short',
    ...(isSameYear(at, now) ? {} : { year: 'numeric' }),
  });
}

const formatters = new Map<string, Intl.DateTimeFormat>();

// Making a formatter is a hundred times dearer than using it.
function format(instant: string, options: Intl.DateTimeFormatOptions): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  const key = JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(text.locale, options);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function isSameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}
