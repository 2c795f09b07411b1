// Hands bytes fetched with the token on to the browser's own "save as".
const keptMs = 60_000;

export function saveFile(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  // Never opened in our origin: a download has no type the browser would show.
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keptMs);
}
