import { describe, expect, test } from 'vitest';
import { clockTime, dayLabel, duration, fullTime, shortAge, waitingUrgency } from './time';

const now = new Date(2026, 2, 18, 12, 0, 0).getTime();
const ago = (ms: number) => new Date(now - ms).toISOString();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('shortAge', () => {
  test.each([
    [0, 'now'],
    [-5 * minute, 'now'], // the other clock runs ahead
    [59_999, 'now'],
    [minute, '1m'],
    [59 * minute, '59m'],
    [hour, '1h'],
    [23 * hour, '23h'],
    [day, '1d'],
    [6 * day, '6d'],
    [8 * day, '10 Mar'],
    [365 * day, '18 Mar 2025'],
  ])('%d ms ago is %s', (ms, expected) => {
    expect(shortAge(ago(ms), now)).toBe(expected);
  });

  test('what is no time is nothing', () => expect(shortAge('soon', now)).toBe(''));
});

test.each([
  [0, 'Today'],
  [11 * hour, 'Today'],
  [13 * hour, 'Yesterday'],
  [36 * hour, 'Yesterday'],
  [2 * day, 'Monday 16 March'],
  [365 * day, 'Tuesday 18 March 2025'],
])('the day of %d ms ago is %s', (ms, expected) => {
  expect(dayLabel(ago(ms), now).replace(',', '')).toBe(expected);
});

test.each([
  [10 * minute, 'calm'],
  [4 * hour - 1, 'calm'],
  [4 * hour, 'due'],
  [day - 1, 'due'],
  [day, 'late'],
])('waiting %d ms is %s', (ms, expected) => {
  expect(waitingUrgency(ago(ms), now)).toBe(expected);
});

test.each([
  [0, '0:00'],
  [65, '1:05'],
  [3725, '1:02:05'],
  [-3, '0:00'],
])('%d seconds read %s', (seconds, expected) => expect(duration(seconds)).toBe(expected));

test('clock and full time name the moment', () => {
  expect(clockTime(ago(0))).toBe('12:00');
  expect(fullTime(ago(0))).toContain('18 March 2026');
  expect(fullTime('')).toBe('');
});
