// The chat widget: one script, no dependency, Direct Line 3.0 underneath.
//
//   <script src="https://desk.example.com/chat/site-chat/widget.js" async></script>
//
// Everything is drawn in a shadow root with a constructed style sheet, so that neither the page's
// styles nor a strict content security policy are in the way. README.md lists the data- attributes
// and the custom properties.
(() => {
'use strict';

const script = document.currentScript;
const base = new URL('.', script.src).href.replace(/\/$/, '');
const given = script.dataset;
const storageKey = `tributary:${base}`;
const replacedCode = 4000;

// --- words ---------------------------------------------------------------------------------------

const languages = {
  en: {
    open: 'Open chat', close: 'Close chat', send: 'Send', attach: 'Attach files', remove: 'Remove',
    write: 'Write a message…', log: 'Conversation', name: 'Your name', email: 'Your e-mail',
    start: 'Start chat', optional: 'optional', connecting: 'Connecting…', resting: 'Open in another tab.',
    here: 'Continue here', failed: 'Not sent.', retry: 'Try again', tooLarge: 'These files are too large.',
    tooMany: 'Too many files.', tooLong: 'This message is too long.', unread: 'unread',
    refused: 'The chat is not available on this page.', desk: 'Support', slower: 'A little slower, please.',
  },
  de: {
    open: 'Chat öffnen', close: 'Chat schließen', send: 'Senden', attach: 'Dateien anhängen', remove: 'Entfernen',
    write: 'Nachricht schreiben …', log: 'Unterhaltung', name: 'Ihr Name', email: 'Ihre E-Mail-Adresse',
    start: 'Chat beginnen', optional: 'freiwillig', connecting: 'Verbindung wird aufgebaut …',
    resting: 'In einem anderen Tab geöffnet.', here: 'Hier fortsetzen', failed: 'Nicht gesendet.',
    retry: 'Noch einmal', tooLarge: 'Diese Dateien sind zu groß.', tooMany: 'Zu viele Dateien.',
    tooLong: 'Diese Nachricht ist zu lang.', unread: 'ungelesen',
    refused: 'Der Chat ist auf dieser Seite nicht verfügbar.', desk: 'Service', slower: 'Bitte etwas langsamer.',
  },
  vi: {
    open: 'Mở trò chuyện', close: 'Đóng trò chuyện', send: 'Gửi', attach: 'Đính kèm tệp', remove: 'Xóa',
    write: 'Nhập tin nhắn…', log: 'Cuộc trò chuyện', name: 'Tên của bạn', email: 'E-mail của bạn',
    start: 'Bắt đầu', optional: 'không bắt buộc', connecting: 'Đang kết nối…', resting: 'Đang mở ở thẻ khác.',
    here: 'Tiếp tục ở đây', failed: 'Chưa gửi được.', retry: 'Thử lại', tooLarge: 'Tệp quá lớn.',
    tooMany: 'Quá nhiều tệp.', tooLong: 'Tin nhắn quá dài.', unread: 'chưa đọc',
    refused: 'Trang này không dùng được trò chuyện.', desk: 'Hỗ trợ', slower: 'Xin chậm lại một chút.',
  },
  ja: {
    open: 'チャットを開く', close: 'チャットを閉じる', send: '送信', attach: 'ファイルを添付', remove: '削除',
    write: 'メッセージを入力…', log: '会話', name: 'お名前', email: 'メールアドレス',
    start: 'チャットを始める', optional: '任意', connecting: '接続中…', resting: '別のタブで開いています。',
    here: 'ここで続ける', failed: '送信できませんでした。', retry: '再試行', tooLarge: 'ファイルが大きすぎます。',
    tooMany: 'ファイルが多すぎます。', tooLong: 'メッセージが長すぎます。', unread: '件の未読',
    refused: 'このページではチャットを利用できません。', desk: 'サポート', slower: '少し時間をおいてください。',
  },
};
const language = (given.language || document.documentElement.lang || navigator.language || 'en').toLowerCase();
const words = languages[language.split('-')[0]] || languages.en;
const clockFormat = new Intl.DateTimeFormat(language || undefined, { hour: '2-digit', minute: '2-digit' });

// --- small tools ---------------------------------------------------------------------------------

const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};

const icon = (path) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(svg.namespaceURI, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
};
const icons = {
  chat: 'M12 3c5 0 9 3.4 9 7.7s-4 7.7-9 7.7c-1 0-2-.1-2.9-.4L4.5 20.500l.9-3.900C3.9 15.2 3 13 3 10.7 3 6.4 7 3 12 3z',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-8-5.5 16-3-6.500z',
  clip: 'M19 11.500l-7.5 7.500a4.6 4.6 0 0 1-6.5-6.500l8-8a3.1 3.1 0 0 1 4.4 4.400l-8 8a1.5 1.5 0 0 1-2.2-2.200l7-7',
};

// Text with its http(s) addresses as links. Nothing else is ever made of what was written.
const linked = (text) => {
  const nodes = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/gi)) {
    nodes.append(text.slice(from, match.index));
    nodes.append(element('a', { href: match[0], target: '_blank', rel: 'noopener noreferrer nofollow' }, match[0]));
    from = match.index + match[0].length;
  }
  nodes.append(text.slice(from));
  return nodes;
};

const isWeb = (address) => /^https?:\/\//i.test(address || '');
const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Storage may be forbidden; then the conversation lives as long as the page.
let saved = {};
try { saved = JSON.parse(localStorage.getItem(storageKey)) || {}; } catch { /* none */ }
const save = (changes) => {
  Object.assign(saved, changes);
  try { localStorage.setItem(storageKey, JSON.stringify(saved)); } catch { /* not kept */ }
};

const userOf = (token) => {
  try {
    const payload = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    return JSON.parse(atob(payload)).user;
  } catch { return undefined; }
};

// --- the wire ------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, retryAfter) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const call = async (path, { method = 'POST', body, token = saved.token, form } = {}) => {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${base}${path}`, {
    method, headers, body: form || (body && JSON.stringify(body)), credentials: 'omit', cache: 'no-store',
  });
  if (!response.ok) throw new Refused(response.status, Number(response.headers.get('Retry-After')) || 0);
  return response.json();
};

class Line {
  constructor(events) {
    this.events = events;
    this.attempts = 0;
  }

  get path() { return `/v3/directline/conversations/${saved.conversation}`; }

  remember({ conversationId, token, expires_in: seconds }) {
    save({ conversation: conversationId, token, refreshAt: Date.now() + seconds * 500 });
    clearTimeout(this.refreshTimer);
    this.refreshTimer = setTimeout(() => this.refresh().catch(() => {}), seconds * 500);
  }

  forget() { save({ conversation: undefined, token: undefined, watermark: undefined, profile: undefined }); }

  async refresh() { this.remember(await call('/v3/directline/tokens/refresh')); }

  // A conversation to talk in: the one of last time if it can still be had, else a new one.
  async ensure() {
    this.ready ||= this.obtain().catch((error) => { this.ready = undefined; throw error; });
    return this.ready;
  }

  async obtain() {
    if (given.token && userOf(given.token) !== userOf(saved.token || '')) this.forget();
    if (saved.token) {
      try {
        if (Date.now() >= (saved.refreshAt || 0)) await this.refresh();
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) throw error;
        this.forget();
        this.events.emptied();
      }
    }
    if (given.token) this.remember(await call('/v3/directline/conversations', { token: given.token }));
    else this.remember(await call('/v3/directline/tokens/generate', { token: '' }));
  }

  // Follows the conversation until stop(): reconnects with growing, random pauses.
  async follow() {
    if (this.following) return;
    this.following = true;
    while (this.following) {
      try {
        await this.ensure();
        const watermark = encodeURIComponent(saved.watermark || '');
        const found = await call(`${this.path}?watermark=${watermark}`, { method: 'GET' });
        this.remember(found);
        if (await this.listen(found.streamUrl) === replacedCode) {
          this.following = false;
          this.events.replaced();
          return;
        }
      } catch (error) {
        if (error instanceof Refused && error.status === 403 && !saved.token) {
          this.following = false;
          this.events.refused();
          return;
        }
        if (error instanceof Refused && [401, 403, 404].includes(error.status)) {
          this.ready = undefined;
          save({ refreshAt: 0 });
        }
        if (error instanceof Refused && error.retryAfter) await pause(error.retryAfter * 1000);
      }
      this.events.online(false);
      if (!this.following) return;
      const longest = Math.min(30000, 500 * 2 ** this.attempts++);
      await pause(longest / 2 + Math.random() * longest / 2);
    }
  }

  listen(address) {
    return new Promise((resolve) => {
      const socket = this.socket = new WebSocket(address);
      let beat;
      socket.onopen = () => {
        this.attempts = 0;
        this.events.online(true);
        beat = setInterval(() => socket.send(''), 20000);
      };
      socket.onmessage = ({ data }) => { if (data) this.receive(JSON.parse(data)); };
      socket.onclose = ({ code }) => { clearInterval(beat); resolve(code); };
    });
  }

  receive({ activities, watermark }) {
    for (const activity of activities) this.events.activity(activity);
    if (watermark) save({ watermark });
  }

  // Everything so far, for a page that has just been loaded.
  async history() {
    let watermark = '';
    for (;;) {
      const set = await call(`${this.path}/activities?watermark=${watermark}`, { method: 'GET' });
      this.receive(set);
      if (!set.activities.length || set.watermark === watermark) return;
      watermark = set.watermark;
    }
  }

  async send(activity, files) {
    await this.ensure();
    if (!files.length) return call(`${this.path}/activities`, { body: activity });
    const form = new FormData();
    form.append('activity', new Blob([JSON.stringify(activity)], { type: 'application/vnd.microsoft.activity' }));
    for (const file of files) form.append('file', file, file.name);
    return call(`${this.path}/upload`, { form });
  }

  stop() {
    this.following = false;
    this.socket?.close();
  }
}

// --- the look ------------------------------------------------------------------------------------

const css = `
:host { all: initial; --accent: var(--tributary-accent, #0b6bcb); --on-accent: var(--tributary-on-accent, #fff);
  --surface: var(--tributary-surface, #fff); --raised: var(--tributary-raised, #f1f3f6); --ink: var(--tributary-ink, #1a2129);
  --faint: var(--tributary-faint, #5c6875); --edge: var(--tributary-edge, #d9dee4); --danger: #b3261e;
  --radius: var(--tributary-radius, 14px); --font: var(--tributary-font, system-ui, sans-serif); color-scheme: light;
  display: block !important; position: fixed !important; z-index: 2147483000 !important; inset: auto 20px 20px auto !important; font: 15px/1.45 var(--font); color: var(--ink); }
:host([data-position=left]) { inset: auto auto 20px 20px !important; }
:host([data-dark]) { --surface: var(--tributary-surface, #171b21); --raised: var(--tributary-raised, #262c35); --ink: var(--tributary-ink, #edf0f4);
  --faint: var(--tributary-faint, #a3adb9); --edge: var(--tributary-edge, #39414c); --accent: var(--tributary-accent, #4c9bef);
  --on-accent: var(--tributary-on-accent, #071626); --danger: #ffb4ab; color-scheme: dark; }
*, *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; display: block; }
.launcher { display: grid; place-items: center; width: 56px; height: 56px; margin-left: auto; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); box-shadow: 0 6px 20px #0004; position: relative; transition: transform .15s; }
.launcher:hover { transform: scale(1.05); }
.launcher svg { width: 26px; height: 26px; }
:host([data-position=left]) .launcher { margin: 0; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: #c62828; color: #fff;
  font-size: 12px; line-height: 22px; font-weight: 600; text-align: center; }
.panel { display: flex; flex-direction: column; width: min(380px, calc(100vw - 24px)); height: min(600px, calc(100vh - 40px)); overflow: hidden;
  background: var(--surface); border: 1px solid var(--edge); border-radius: var(--radius); box-shadow: 0 12px 48px #0003; }
header { display: flex; align-items: center; gap: 8px; padding: 12px 8px 12px 18px; background: var(--accent); color: var(--on-accent); }
h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
header button, .tool { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 10px; flex: none; }
header :focus-visible { outline-color: currentColor; outline-offset: -4px; }
.status { margin: 0; padding: 6px 18px; font-size: 13px; color: var(--faint); border-bottom: 1px solid var(--edge); display: flex; gap: 10px; align-items: center; }
.log { flex: 1; overflow-y: auto; padding: 16px; display: flex; flex-direction: column; gap: 4px; overscroll-behavior: contain; }
.said { max-width: 84%; align-self: flex-start; display: flex; flex-direction: column; margin-top: 6px; }
.said.mine { align-self: flex-end; align-items: flex-end; }
.bubble { padding: 9px 13px; border-radius: 4px 16px 16px 16px; background: var(--raised); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 50vh; overflow-y: auto; }
.mine .bubble { border-radius: 16px 4px 16px 16px; background: var(--accent); color: var(--on-accent); }
.bubble a { color: inherit; }
.bubble img { display: block; max-width: 100%; max-height: 180px; border-radius: 8px; margin-top: 4px; }
.file { display: block; }
.by { font-size: 12px; color: var(--faint); padding: 2px 4px; }
.waiting .bubble { opacity: .6; }
.failed .by { color: var(--danger); }
.typing { color: var(--faint); font-size: 13px; }
.quiet { align-self: center; color: var(--faint); font-size: 13px; text-align: center; margin-top: 8px; padding: 0 12px; }
.link { text-decoration: underline; padding: 2px 4px; color: inherit; }
form { border-top: 1px solid var(--edge); }
.compose { display: flex; align-items: flex-end; gap: 2px; padding: 8px; }
textarea, input { background: var(--surface); }
textarea { flex: 1; min-width: 0; resize: none; border: 0; padding: 9px 6px; max-height: 140px; outline-offset: -2px; border-radius: 8px; }
::placeholder { color: var(--faint); opacity: 1; }
.tool { color: var(--faint); }
.tool.go { color: var(--accent); }
.tool:disabled { opacity: .45; cursor: default; }
.chosen { display: flex; flex-wrap: wrap; gap: 6px; padding: 8px 12px 0; margin: 0; list-style: none; }
.chosen li { display: flex; align-items: center; max-width: 100%; background: var(--raised); border-radius: 8px; padding: 2px 4px 2px 10px; font-size: 13px; }
.chosen span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.intro { display: flex; flex-direction: column; gap: 14px; padding: 18px; border: 0; overflow-y: auto; }
label { display: flex; flex-direction: column; gap: 4px; font-size: 14px; }
label small { color: var(--faint); }
input { border: 1px solid var(--edge); border-radius: 10px; padding: 10px 12px; }
.primary { padding: 11px 16px; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.hint { margin: 0; padding: 0 14px 8px; color: var(--danger); font-size: 13px; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  :host([data-open]) { inset: 0 !important; }
  .panel { width: 100%; height: 100%; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
if (given.accent && CSS.supports('color', given.accent)) {
  sheet.insertRule(`:host, :host([data-dark]) { --accent: ${given.accent}; }`, sheet.cssRules.length);
}

// --- the widget ----------------------------------------------------------------------------------

class Widget {
  constructor() {
    this.host = element('div', { 'data-tributary-chat': true, 'data-position': given.position === 'left' ? 'left' : 'right' });
    this.root = this.host.attachShadow({ mode: 'open' });
    this.root.adoptedStyleSheets = [sheet];
    this.shown = new Map();    // activity id or client id to its node
    this.files = [];
    this.unread = 0;
    this.line = new Line({
      activity: (activity) => this.show(activity),
      online: (yes) => this.say(yes ? '' : words.connecting),
      replaced: () => this.rest(),
      refused: () => this.say(words.refused),
      emptied: () => this.clear(),
    });
    this.draw();
    this.applyTheme();
    document.body.append(this.host);
    if (saved.conversation) this.resume();
  }

  applyTheme() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const isDark = given.theme === 'dark' || (given.theme !== 'light' && dark.matches);
      this.host.toggleAttribute('data-dark', isDark);
    };
    dark.addEventListener('change', apply);
    apply();
  }

  draw() {
    this.badge = element('span', { class: 'badge', hidden: true });
    this.launcher = element('button', { class: 'launcher', type: 'button', 'aria-expanded': 'false', 'aria-label': words.open, onclick: () => this.open() },
      icon(icons.chat), this.badge);
    this.title = element('h2', { id: 'title' }, given.title || '');
    this.status = element('p', { class: 'status', role: 'status', hidden: true });
    this.log = element('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': words.log, tabindex: '0' });
    this.isAtEnd = true;
    this.log.addEventListener('scroll', () => { this.isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; });
    new ResizeObserver(() => this.keepEnd()).observe(this.log);
    this.panel = element('section', { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: true, onkeydown: (event) => this.onKey(event) },
      element('header', {}, this.title,
        element('button', { type: 'button', 'aria-label': words.close, onclick: () => this.close() }, icon(icons.close))),
      this.status, this.drawIntro(), this.log, this.drawComposer());
    this.root.append(this.panel, this.launcher);
  }

  drawIntro() {
    this.nameField = element('input', { name: 'name', autocomplete: 'name', maxlength: '100' });
    this.emailField = element('input', { name: 'email', type: 'email', autocomplete: 'email', maxlength: '254' });
    this.nameLabel = element('label', {}, element('span', {}, words.name), this.nameField);
    this.emailLabel = element('label', {}, element('span', {}, words.email), this.emailField);
    this.welcome = element('p', { class: 'quiet' });
    this.intro = element('form', { class: 'intro', hidden: true, onsubmit: (event) => this.introduce(event) },
      this.welcome, this.nameLabel, this.emailLabel, element('button', { class: 'primary' }, words.start));
    return this.intro;
  }

  drawComposer() {
    this.input = element('textarea', { rows: '1', 'aria-label': words.write, placeholder: words.write, oninput: () => this.grow() });
    this.picker = element('input', { type: 'file', multiple: true, class: 'aside', tabindex: '-1', 'aria-hidden': 'true', onchange: () => this.pick() });
    this.chosen = element('ul', { class: 'chosen', hidden: true });
    this.hint = element('p', { class: 'hint', role: 'alert', hidden: true });
    this.go = element('button', { class: 'tool go', 'aria-label': words.send, disabled: true }, icon(icons.send));
    this.composer = element('form', { onsubmit: (event) => this.submit(event) }, this.chosen,
      element('div', { class: 'compose' },
        element('button', { type: 'button', class: 'tool', 'aria-label': words.attach, onclick: () => this.picker.click() }, icon(icons.clip)),
        this.picker, this.input, this.go),
      this.hint);
    return this.composer;
  }

  // --- opening and closing

  async open() {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.host.toggleAttribute('data-open', true);
    this.launcher.setAttribute('aria-expanded', 'true');
    this.count(0);
    if (!await this.learn()) return;
    const asks = this.config.ask_for_name !== 'no' || this.config.ask_for_email !== 'no';
    const isKnown = saved.profile || given.token || saved.conversation || !asks;
    this.turn(isKnown ? 'talk' : 'intro');
  }

  close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.host.removeAttribute('data-open');
    this.launcher.setAttribute('aria-expanded', 'false');
    this.launcher.focus();
  }

  // What the admin set; asked for once, when it is first needed.
  async learn() {
    if (this.config) return true;
    try {
      this.config = await call('/widget.json', { method: 'GET', token: '' });
    } catch (error) {
      this.say(error instanceof Refused && error.status === 403 ? words.refused : words.connecting);
      return false;
    }
    this.say('');
    this.title.textContent = given.title || this.config.title;
    const greeting = given.greeting || this.config.greeting;
    this.welcome.textContent = greeting;
    this.welcome.hidden = !greeting;
    if (greeting) this.log.prepend(element('p', { class: 'quiet' }, greeting));
    for (const [label, field, ask] of [[this.nameLabel, this.nameField, this.config.ask_for_name], [this.emailLabel, this.emailField, this.config.ask_for_email]]) {
      label.hidden = ask === 'no';
      field.required = ask === 'required';
      if (ask === 'optional') label.firstChild.append(' ', element('small', {}, `(${words.optional})`));
    }
    return true;
  }

  turn(view) {
    this.intro.hidden = view !== 'intro';
    this.log.hidden = this.composer.hidden = view === 'intro';
    if (view === 'talk') {
      this.input.focus();
      this.scroll();
      if (saved.conversation) this.line.follow();
    } else {
      (this.nameLabel.hidden ? this.emailField : this.nameField).focus();
    }
  }

  async introduce(event) {
    event.preventDefault();
    const profile = { name: this.nameField.value.trim(), email: this.emailField.value.trim() };
    this.turn('talk');
    save({ profile: true });
    if (profile.name || profile.email) this.profile = profile;
  }

  async resume() {
    try {
      await this.line.ensure();
      await this.line.history();
    } catch { /* follow() tries again */ }
    this.line.follow();
  }

  onKey(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Enter' && event.target === this.input && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.composer.requestSubmit();
    }
  }

  // --- talking

  grow() {
    this.go.disabled = !this.input.value.trim() && !this.files.length;
    this.input.rows = Math.min(5, this.input.value.split('\n').length + Math.floor(this.input.value.length / 60));
    if (!this.typedAt || Date.now() - this.typedAt > 5000) {
      this.typedAt = Date.now();
      if (this.line.following && this.input.value) this.line.send({ type: 'typing' }, []).catch(() => {});
    }
  }

  pick() {
    const files = [...this.files, ...this.picker.files];
    this.picker.value = '';
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const fault = files.length > this.config.max_files ? words.tooMany : total > this.config.max_upload_bytes ? words.tooLarge : '';
    this.warn(fault);
    if (!fault) this.files = files.filter((file) => file.size);
    this.listFiles();
  }

  listFiles() {
    this.chosen.hidden = !this.files.length;
    this.chosen.replaceChildren(...this.files.map((file) => element('li', {}, element('span', {}, file.name),
      element('button', { type: 'button', class: 'link', 'aria-label': `${words.remove}: ${file.name}`, onclick: () => {
        this.files = this.files.filter((other) => other !== file);
        this.listFiles();
      } }, '×'))));
    this.grow();
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    const files = this.files;
    if (!text && !files.length) return;
    if (new TextEncoder().encode(text).length > this.config.max_text) return this.warn(words.tooLong);
    this.input.value = '';
    this.files = [];
    this.listFiles();
    this.input.focus();
    const id = randomId();
    const activity = { type: 'message', text, locale: language, channelData: { clientActivityID: id } };
    const node = this.place({ text, attachments: files.map((file) => ({ name: file.name })), mine: true, time: new Date() });
    node.classList.add('waiting');
    this.shown.set(id, node);
    this.deliver(activity, files, node);
  }

  // The same client id each time: however often it is tried, it is one message.
  async deliver(activity, files, node) {
    node.classList.remove('failed');
    node.classList.add('waiting');
    try {
      await this.line.ensure();
      if (this.profile) {
        this.profileId ||= randomId();
        await this.line.send({ type: 'event', name: 'profile', value: this.profile, channelData: { clientActivityID: this.profileId } }, []);
        this.profile = undefined;
      }
      await this.line.send(activity, files);
      node.classList.remove('waiting');
      this.warn('');
      this.line.follow();
    } catch (error) {
      node.classList.add('failed');
      if (error.status === 429) this.warn(words.slower);
      node.lastChild.replaceChildren(`${words.failed} `, element('button', { type: 'button', class: 'link', onclick: () => {
        node.lastChild.replaceChildren('…');
        this.deliver(activity, files, node);
      } }, words.retry));
      this.keepEnd();
    }
  }

  // --- showing

  show(activity) {
    const mine = activity.from?.role === 'user';
    if (activity.type === 'typing') return mine ? undefined : this.showTyping(activity);
    if (activity.type !== 'message' || this.shown.has(activity.id)) return;
    const known = mine && this.shown.get(activity.channelData?.clientActivityID);
    const time = new Date(activity.timestamp);
    if (known) {
      known.classList.remove('waiting', 'failed');
      known.lastChild.textContent = clockFormat.format(time);
      if (activity.attachments) known.replaceChild(this.bubbleOf(activity), known.firstChild);
      this.shown.set(activity.id, known);
      return;
    }
    const node = this.place({ text: activity.text || '', attachments: activity.attachments || [], mine, name: activity.from?.name, time });
    this.shown.set(activity.id, node);
    if (mine) this.shown.set(activity.channelData?.clientActivityID, node);
    else if (this.panel.hidden && Number(activity.id.split('|')[1]) > (saved.read || 0)) this.count(this.unread + 1);
    if (!this.panel.hidden) this.markRead(activity);
    this.typing?.remove();
  }

  bubbleOf({ text, attachments }) {
    const bubble = element('div', { class: 'bubble' }, linked(text || ''));
    for (const file of attachments || []) {
      if (!isWeb(file.contentUrl)) bubble.append(element('span', { class: 'file' }, file.name));
      else if (/^image\/(png|jpeg|gif|webp)$/.test(file.contentType)) bubble.append(element('img', { src: file.contentUrl, alt: file.name || '', onload: () => this.keepEnd() }));
      else bubble.append(element('a', { class: 'file', href: file.contentUrl, target: '_blank', rel: 'noopener noreferrer' }, file.name || 'file'));
    }
    return bubble;
  }

  place({ text, attachments, mine, name, time }) {
    const by = mine ? clockFormat.format(time) : `${name || words.desk} · ${clockFormat.format(time)}`;
    const node = element('div', { class: mine ? 'said mine' : 'said' }, this.bubbleOf({ text, attachments }), element('span', { class: 'by' }, by));
    this.log.append(node);
    if (mine) this.scroll();
    else this.keepEnd();
    return node;
  }

  showTyping(activity) {
    this.typing ||= element('div', { class: 'typing', 'aria-hidden': 'true' });
    this.typing.textContent = `${activity.from?.name || words.desk} …`;
    this.log.append(this.typing);
    this.keepEnd();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.typing.remove(), 6000);
  }

  markRead(activity) {
    const seq = Number(activity.id.split('|')[1]);
    if (seq > (saved.read || 0)) save({ read: seq });
  }

  count(unread) {
    this.unread = unread;
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 99 ? '99+' : String(unread);
    this.launcher.setAttribute('aria-label', unread ? `${words.open} (${unread} ${words.unread})` : words.open);
    if (!unread && saved.watermark) save({ read: Number(saved.watermark) });
  }

  clear() {
    this.shown.clear();
    this.log.replaceChildren();
  }

  scroll() { this.log.scrollTop = this.log.scrollHeight; }

  // Who reads at the end stays there, whatever grows; who reads further up is not moved.
  keepEnd() { if (this.isAtEnd) this.scroll(); }

  say(text) {
    this.status.hidden = !text;
    this.status.replaceChildren(text);
  }

  warn(text) {
    this.hint.hidden = !text;
    this.hint.textContent = text;
  }

  // Another tab took the conversation over; this one waits to be asked.
  rest() {
    this.say(words.resting);
    this.status.append(element('button', { type: 'button', class: 'link', onclick: () => { this.say(''); this.line.follow(); } }, words.here));
  }
}

const start = () => { window.tributaryChat ||= new Widget(); };
if (document.body) start();
else document.addEventListener('DOMContentLoaded', start);
})();
