// A key that names one attempt to send, so that repeating it over a bad line sends once.
// randomUUID would need a secure context, which a desk on a local network may not have.
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
