// Channels are not known here by name, so that a new one needs no change: theirs is only spelt well.
export function channelName(channel: string): string {
  const words = channel.replaceAll(/[-_]+/g, ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
