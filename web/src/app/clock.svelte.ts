// One clock for every "3 minutes ago" on the page.
const tickMs = 30_000;

let current = $state(Date.now());
setInterval(() => (current = Date.now()), tickMs);

export function now(): number {
  return current;
}
