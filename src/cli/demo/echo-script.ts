/**
 * What the echo of the demo page does in the browser, as text of its script: keeps a WebSocket open, sends, and lists
 * what comes back. It uses `find` and `make` of the script before it.
 */
import { ECHO_PATH } from './echo.ts';

export const ECHO_SCRIPT: string = `
const state = find('echo-state');
const again = find('echo-again');
const log = find('echo-log');
const most = Number(log.dataset.most);
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30000;
let socket = null;
let delay = FIRST_DELAY;
let timer = 0;
// What was sent and has not come back yet, oldest first: each message gets one answer, in order.
let sent = [];

const show = (name, text) => {
  state.dataset.state = name;
  state.textContent = text;
  again.hidden = name !== 'waiting';
};
const tell = (said, fact, bad) => {
  log.querySelector('.empty')?.remove();
  const item = make('li', '', '');
  item.append(make('div', bad ? 'said bad' : 'said', said), make('div', 'fact', fact));
  log.prepend(item);
  while (log.children.length > 20) log.lastElementChild.remove();
};
const count = (number, one) => number.toLocaleString('en') + ' ' + one + (number === 1 ? '' : 's');
const hexOf = (bytes) => Array.from(bytes.subarray(0, 32), (byte) => byte.toString(16).padStart(2, '0')).join(' ') + (bytes.length > 32 ? ' \\u2026' : '');
const textOf = (text) => (text.length > 500 ? text.slice(0, 500) + '\\u2026' : text);
const isSame = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const bytesOf = (data) => (typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));

const connect = () => {
  clearTimeout(timer);
  show('connecting', 'Connecting\\u2026');
  const since = performance.now();
  let opened = false;
  const opening = new WebSocket(location.origin.replace(/^http/, 'ws') + '${ECHO_PATH}');
  opening.binaryType = 'arraybuffer';
  socket = opening;
  opening.onopen = () => {
    opened = true;
    show('open', 'Connected in ' + (performance.now() - since).toFixed(0) + ' ms.');
  };
  opening.onmessage = ({ data }) => {
    const now = performance.now();
    // A server that answers is well: the next time, too, it is worth to try soon.
    delay = FIRST_DELAY;
    const before = sent.shift();
    const bytes = bytesOf(data);
    const isText = typeof data === 'string';
    const facts = [count(bytes.length, 'byte') + (isText ? ' of text' : ', binary')];
    if (before !== undefined) {
      facts.push((now - before.at).toFixed(1) + ' ms');
      if (before.isText === isText && isSame(before.bytes, bytes)) facts.push('as it was sent');
      if (before.name !== '') facts.push(before.name);
    }
    tell(isText ? textOf(data) : hexOf(bytes), facts.join(' \\u00b7 '));
  };
  opening.onclose = ({ code, reason, wasClean }) => {
    const lost = sent.filter((each) => !each.asksClose).length;
    sent = [];
    const seconds = delay / 1000;
    const retry = ' Trying again in ' + seconds + ' s.';
    timer = setTimeout(connect, delay);
    delay = Math.min(2 * delay, LONGEST_DELAY);
    if (!opened) {
      show('waiting', 'No connection: is the server still running?' + retry);
      return;
    }
    show('waiting', 'Connection closed.' + retry);
    const facts = ['code ' + code, reason === '' ? 'no reason' : 'reason: ' + reason, wasClean ? 'clean' : 'not clean'];
    if (lost > 0) facts.push(count(lost, 'message') + ' without an echo');
    tell('Connection closed', facts.join(' \\u00b7 '), !wasClean || lost > 0);
  };
};

const fits = (size) => {
  if (size > most) tell('Not sent: ' + count(size, 'byte'), 'The server takes ' + count(most, 'byte') + ' at most.', true);
  return size <= most;
};
const send = (data, name) => {
  const bytes = bytesOf(data);
  const isText = typeof data === 'string';
  if (!fits(bytes.length)) return;
  if (socket.readyState !== WebSocket.OPEN) {
    tell('Not sent: there is no connection', 'Try it again when there is one.', true);
    return;
  }
  sent.push({ at: performance.now(), bytes, isText, name, asksClose: isText && /^\\/close(\\s|$)/.test(data) });
  socket.send(data);
};
const onSubmit = (form, act) => {
  find(form).addEventListener('submit', (event) => {
    event.preventDefault();
    act();
  });
};

onSubmit('text-form', () => {
  const field = find('echo-text');
  send(field.value, '');
  field.select();
});
const hex = find('echo-hex');
hex.addEventListener('input', () => hex.setCustomValidity(''));
onSubmit('hex-form', () => {
  const digits = hex.value.replace(/[\\s,]+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    hex.setCustomValidity('Two hexadecimal digits for each byte, such as 00 ff 0a.');
    hex.reportValidity();
    return;
  }
  send(Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)), '');
});
onSubmit('file-form', async () => {
  const [file] = find('echo-file').files;
  if (file === undefined || !fits(file.size)) return;
  try {
    send(await file.arrayBuffer(), file.name);
  } catch (error) {
    tell('Not sent: the file cannot be read', error.message, true);
  }
});
onSubmit('close-form', () => {
  send(('/close ' + find('close-code').value + ' ' + find('close-reason').value).trim(), '');
});
again.addEventListener('click', () => {
  connect();
  // The button goes away, and the focus must not with it.
  find('echo-text').focus();
});
connect();
`;
