/** The page of a server that was given none: it opens a WebSocket to where it came from, and tries it. */

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }
#state { background: #ff4040; border-radius: .3rem; padding: .5rem 1rem; }
#output { border: 1px solid #999; min-height: 6rem; padding: .5rem 1rem; white-space: pre-wrap; }`;

const SCRIPT = `
const at = (id) => document.getElementById(id);
const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
const socket = new WebSocket(scheme + location.host + '/', 'chat');
const show = (color, text) => { at('state').style.backgroundColor = color; at('state').textContent = text; };
socket.onopen = () => { show('#40ff40', 'The WebSocket is open.'); at('send').disabled = false; };
socket.onclose = () => { show('#ff4040', 'The WebSocket is closed.'); at('send').disabled = true; };
socket.onmessage = async ({ data }) => {
  const text = typeof data === 'string' ? data : await data.text();
  at(text.startsWith('Connection') ? 'status' : 'output').textContent = text;
};
at('form').onsubmit = (event) => { event.preventDefault(); socket.send(at('message').value); };`;

/** HTML. */
export const DEMO_PAGE: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>WebSocket</title>
<link rel="icon" href="data:,">
<style>${STYLE}
</style>
<h1>WebSocket</h1>
<p id="state">The WebSocket is not open yet.</p>
<form id="form">
<label>Message <input id="message" value="11" maxlength="20" autocomplete="off"></label>
<button id="send" disabled>SEND</button>
</form>
<p id="status"></p>
<div id="output"></div>
<script>${SCRIPT}
</script>
</html>
`;
