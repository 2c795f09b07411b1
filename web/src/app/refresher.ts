// Runs a refresh soon, once for a burst of reasons, never twice at the same time.
export class Refresher {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isRunning = false;
  private isWanted = false;

  constructor(
    private readonly refresh: () => Promise<void>,
    private readonly delayMs = 120,
  ) {}

  request(): void {
    this.isWanted = true;
    if (this.isRunning || this.timer !== null) return;
    this.timer = setTimeout(() => void this.run(), this.delayMs);
  }

  cancel(): void {
    this.isWanted = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async run(): Promise<void> {
    this.timer = null;
    this.isWanted = false;
    this.isRunning = true;
    try {
      await this.refresh();
    } finally {
      this.isRunning = false;
      if (this.isWanted) this.request();
    }
  }
}
