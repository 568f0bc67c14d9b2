/**
 * The page of the demo as one HTML text that asks for nothing else, and the policy that holds the browser to that.
 */
import { createHash } from 'node:crypto';
import { ECHO_BYTES } from './echo.ts';
import { ECHO_SCRIPT } from './echo-script.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const BODY = `
<header>
  <h1>httpuv is running</h1>
  <p>This page comes from a server in your own Node process, and both boxes below talk to it: your bytes are read by a
  small WebAssembly parser, answered by a function, and sent back.</p>
</header>
<main>
  <section aria-labelledby="echo-title">
    <header>
      <h2 id="echo-title">Echo</h2>
      <p>What you send comes back over a WebSocket, as text or as bytes.</p>
    </header>
    <div class="line">
      <p id="echo-state" class="state" role="status" data-state="connecting">Connecting…</p>
      <button id="echo-again" class="quiet" type="button" hidden>Connect now</button>
    </div>
    <form id="text-form">
      <label for="echo-text">Text to send</label>
      <div class="line">
        <input id="echo-text" name="text" value="Hello, server" autocomplete="off" maxlength="100000" aria-describedby="echo-hint">
        <button type="submit">Send text</button>
      </div>
      <p class="hint" id="echo-hint">A text such as <code>/close 4001 Back soon</code> asks the server to close.</p>
    </form>
    <form id="hex-form">
      <label for="echo-hex">Bytes to send, in hexadecimal</label>
      <div class="line">
        <input id="echo-hex" class="mono" name="hex" value="00 ff 0a" autocomplete="off" spellcheck="false" maxlength="100000">
        <button class="quiet" type="submit">Send bytes</button>
      </div>
    </form>
    <form id="file-form">
      <label for="echo-file">File to send</label>
      <div class="line">
        <input id="echo-file" name="file" type="file" required>
        <button class="quiet" type="submit">Send file</button>
      </div>
    </form>
    <form id="close-form">
      <fieldset>
        <legend>Have the server close the connection</legend>
        <div class="line">
          <div class="code"><label for="close-code">Code</label>
          <input id="close-code" name="code" type="number" min="1000" max="4999" value="4001" required></div>
          <div class="reason"><label for="close-reason">Reason</label>
          <input id="close-reason" name="reason" value="Back soon" autocomplete="off" maxlength="120"></div>
          <button class="quiet" type="submit">Close</button>
        </div>
      </fieldset>
    </form>
    <ol id="echo-log" class="log" role="log" aria-label="Echoes, newest first" tabindex="0" data-most="${ECHO_BYTES}">
      <li class="empty">Nothing has come back yet.</li>
    </ol>
  </section>
  <section aria-labelledby="sd-title">
    <header>
      <h2 id="sd-title">Standard deviation</h2>
      <p>A JSON service: numbers in, their sample standard deviation out.</p>
    </header>
    <form id="sd-form">
      <label for="sd-data">Numbers</label>
      <input id="sd-data" name="data" value="2, 4, 4, 4, 5, 5, 7, 9" autocomplete="off" inputmode="text" aria-describedby="sd-hint">
      <p class="hint" id="sd-hint">Separated by commas or spaces. Sent as <code id="sd-sent">{"data":[…]}</code></p>
      <button type="submit">Compute</button>
    </form>
    <output id="sd-result" for="sd-data" aria-live="polite"><span class="empty">No result yet.</span></output>
  </section>
</main>
<footer>
  <p>From a shell: <code>curl -d '{"data":[1,2,3,4]}' <span id="origin"></span>/sd</code></p>
  <p>Ctrl-C in its terminal ends the server.</p>
</footer>
`;

const ORIGIN = `document.getElementById('origin').textContent = location.origin;`;
const CODE = `${SCRIPT}${ECHO_SCRIPT}${ORIGIN}\n`;

/** The whole page. */
export const PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>httpuv demo</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>${BODY}<script>${CODE}</script>
</body>
</html>
`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Content-Security-Policy of the page: its own style and script, talk to its own server, and nothing else. */
export const POLICY: string = [
  "default-src 'none'",
  `script-src ${hashOf(CODE)}`,
  `style-src ${hashOf(STYLE)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
