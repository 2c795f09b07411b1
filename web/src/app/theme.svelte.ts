// Light or dark: the system's choice until the agent makes one, which this browser then keeps.
export type Theme = 'light' | 'dark';

const key = 'tributary.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

let chosen = $state<Theme | null>(readChoice());
let systemTheme = $state<Theme>(system.matches ? 'dark' : 'light');
system.addEventListener('change', () => (systemTheme = system.matches ? 'dark' : 'light'));

export function currentTheme(): Theme {
  return chosen ?? systemTheme;
}

export function toggleTheme(): void {
  chosen = currentTheme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem(key, chosen);
  applyTheme();
}

export function applyTheme(): void {
  if (chosen) document.documentElement.dataset.theme = chosen;
}

function readChoice(): Theme | null {
  const stored = localStorage.getItem(key);
  return stored === 'light' || stored === 'dark' ? stored : null;
}
