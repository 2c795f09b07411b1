// Builds the document in which a customer's HTML is shown. The server has sanitised it already; this
// is the second wall: a sandboxed frame without scripts, a policy of its own, and no remote image
// until the agent asks for them (loading one tells the sender that the mail was read).

export interface MailDocument {
  html: string;
  remoteImages: number; // how many were left out
  ownColors: boolean; // the mail paints itself, so it needs white paper in the dark theme too
}

export interface MailOptions {
  remoteImages: 'block' | 'load';
  styleSheet: string; // address of the frame's own style sheet
  scheme: 'light' | 'dark';
  contentIds: Map<string, string>; // content id -> blob: address of the inline part
}

export function buildMailDocument(sanitized: string, options: MailOptions): MailDocument {
  const parsed = new DOMParser().parseFromString(sanitized, 'text/html');
  const body = parsed.body;
  placeInlineImages(body, options.contentIds);
  const remoteImages = options.remoteImages === 'block' ? removeRemoteImages(body) : 0;
  for (const link of body.querySelectorAll('a[href], area[href]')) {
    if (!followable.test(link.getAttribute('href')!)) link.removeAttribute('href');
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
  }
  const ownColors = hasOwnColors(body);
  const scheme = ownColors ? 'light' : options.scheme;
  return { html: wrap(body.innerHTML, scheme, options), remoteImages, ownColors };
}

export function mailPolicy(remoteImages: 'block' | 'load'): string {
  const images = remoteImages === 'load' ? 'data: blob: https: http:' : 'data: blob: cid:';
  return `default-src 'none'; img-src ${images}; style-src 'self'; form-action 'none'`;
}

const followable = /^\s*(?:https?:|mailto:|tel:)/i;

function wrap(body: string, scheme: 'light' | 'dark', options: MailOptions): string {
  return (
    `<!doctype html><html data-scheme="${scheme}"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${mailPolicy(options.remoteImages)}">` +
    `<meta name="referrer" content="no-referrer">` +
    `<link rel="stylesheet" href="${escapeAttribute(options.styleSheet)}">` +
    `</head><body>${body}</body></html>`
  );
}

function placeInlineImages(body: HTMLElement, contentIds: Map<string, string>): void {
  for (const image of body.querySelectorAll('img[src^="cid:" i]')) {
    const id = decodeContentId(image.getAttribute('src')!.slice(4));
    const address = contentIds.get(id);
    if (address) image.setAttribute('src', address);
    else image.removeAttribute('src');
  }
}

function decodeContentId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

const remoteAddress = /^\s*(?:https?:)?\/\//i;

// Takes out every address the browser would fetch, so that the policy never has to refuse one.
function removeRemoteImages(body: HTMLElement): number {
  let count = 0;
  for (const element of body.querySelectorAll('[src], [srcset], [background], [poster]')) {
    for (const name of ['src', 'srcset', 'background', 'poster']) {
      const value = element.getAttribute(name);
      if (value === null || (name !== 'srcset' && !remoteAddress.test(value))) continue;
      element.removeAttribute(name);
      if (name === 'src') count += 1;
      if (name === 'src' && element.getAttribute('alt') === null) element.setAttribute('alt', '');
    }
  }
  return count;
}

function hasOwnColors(body: HTMLElement): boolean {
  return body.querySelector('[bgcolor], [color], [background], [style*="color" i]') !== null;
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
