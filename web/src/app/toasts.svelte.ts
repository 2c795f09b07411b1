// Short messages that leave by themselves, with at most one thing to do about them.
export interface Toast {
  id: number;
  tone: 'plain' | 'danger';
  text: string;
  action: { label: string; run: () => void } | null;
}

const shownMs = 7_000;

export class Toasts {
  items = $state.raw<Toast[]>([]);
  private nextId = 1;

  say(text: string, action: Toast['action'] = null, forMs = shownMs): void {
    this.show({ id: this.nextId++, tone: 'plain', text, action }, forMs);
  }

  warn(text: string): void {
    this.show({ id: this.nextId++, tone: 'danger', text, action: null }, shownMs);
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  private show(toast: Toast, forMs: number): void {
    this.items = [...this.items.slice(-2), toast];
    setTimeout(() => this.dismiss(toast.id), forMs);
  }
}
