/** The look of the demo page: one style sheet, light and dark, from a phone's width up. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --line: #d7dbe2; --text: #1a2029; --soft: #566072;
  --accent: #0b5cad; --on-accent: #ffffff; --bad: #b3261e; --good: #1a7f47; --mark: #e8f1fb; --shadow: 0 1px 2px #1a202914, 0 6px 24px #1a20290f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b2129; --line: #38424f; --text: #e9edf2; --soft: #a3afbf;
    --accent: #7cb8f5; --on-accent: #0c1a29; --bad: #ff9a8f; --good: #5fd08f; --mark: #22303f; --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
header, main, footer { max-width: 62rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
header { padding-block: clamp(1.5rem, 5vw, 3rem) 1rem; }
h1 { margin: 0; font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; letter-spacing: -0.02em; }
header p { margin: 0.6rem 0 0; max-width: 42rem; color: var(--soft); }
main { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
section {
  display: flex; flex-direction: column; gap: 0.9rem; min-width: 0; padding: clamp(1rem, 3vw, 1.5rem);
  background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; box-shadow: var(--shadow);
}
section header { padding: 0; margin: 0; }
h2 { margin: 0; font-size: 1.2rem; letter-spacing: -0.01em; }
section header p { margin-top: 0.25rem; font-size: 0.95rem; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.92em; overflow-wrap: anywhere; }
form { display: flex; flex-direction: column; gap: 0.6rem; }
label, legend { font-weight: 600; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: 0.6rem; }
fieldset label { font-size: 0.88rem; font-weight: 400; color: var(--soft); }
.line { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; }
.line > input, .line > .reason { flex: 1 1 9rem; width: auto; min-width: 0; }
.line > .code { flex: 0 1 6rem; }
.line > button { align-self: end; }
.state { flex: 1 1 12rem; margin: 0; }
.state::before {
  content: ""; display: inline-block; width: 0.65rem; height: 0.65rem; margin-right: 0.5rem;
  border: 2px solid var(--soft); border-radius: 50%;
}
.state[data-state="open"]::before { background: var(--good); border-color: var(--good); }
.state[data-state="waiting"]::before { border-color: var(--bad); }
input {
  width: 100%; min-height: 2.75rem; padding: 0.55rem 0.75rem; font: inherit; color: inherit;
  background: var(--page); border: 1px solid var(--soft); border-radius: 0.55rem;
}
button {
  min-height: 2.75rem; padding: 0.5rem 1.1rem; font: inherit; font-weight: 600; cursor: pointer; align-self: start;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 0.55rem;
}
button.quiet { color: var(--accent); background: none; }
[hidden] { display: none; }
input[type="file"] { padding: 0.3rem 0.4rem; }
input[type="file"]::file-selector-button {
  min-height: 2rem; margin-right: 0.7rem; padding: 0.2rem 0.8rem; font: inherit; color: inherit; cursor: pointer;
  background: var(--card); border: 1px solid var(--soft); border-radius: 0.4rem;
}
button:hover { filter: brightness(1.08); }
input:focus-visible, button:focus-visible, .log:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hint { margin: 0; font-size: 0.88rem; color: var(--soft); }
output, .log { display: block; min-height: 6.5rem; padding: 0.8rem; background: var(--mark); border-radius: 0.55rem; }
.log { flex: 1; margin: 0; max-height: 16rem; overflow-y: auto; list-style: none; }
.log li + li { margin-top: 0.6rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
.log .said { overflow-wrap: anywhere; white-space: pre-wrap; }
.log .fact, .facts { font-size: 0.85rem; color: var(--soft); }
.empty { color: var(--soft); }
.big { font-size: clamp(1.7rem, 6vw, 2.3rem); font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.bad { color: var(--bad); font-weight: 600; }
svg { display: block; width: 100%; height: 3.2rem; margin-top: 0.5rem; overflow: visible; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .band { fill: var(--accent); opacity: 0.18; }
svg .mean { stroke: var(--accent); stroke-width: 2; }
svg .dot { fill: var(--accent); stroke: var(--card); stroke-width: 1; }
footer { padding-block: 1.5rem 2.5rem; font-size: 0.9rem; color: var(--soft); }
footer p { margin: 0.3rem 0; }
@media (prefers-reduced-motion: no-preference) { button { transition: filter 0.15s; } }
`;
