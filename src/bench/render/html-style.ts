/** The look of a report as a page: light and dark, from a phone's width up. */

export const PAGE_STYLE: string = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --line: #d5dae1; --text: #1b2129; --soft: #59636f; --link: #1f5fb0;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1318; --card: #161b22; --line: #343d48; --text: #e9edf2; --soft: #a3afbf; --link: #8ebcf7; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 84rem; margin-inline: auto; padding: 1rem clamp(0.5rem, 3vw, 2rem) 3rem; }
header, section { margin-top: 1rem; padding: 1rem clamp(0.5rem, 2vw, 1.5rem); background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
h1, h2 { margin: 0; line-height: 1.2; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.25rem; }
p, ul, dl, li, dd { overflow-wrap: anywhere; }
p { margin: 0.5rem 0; max-width: 60rem; }
ul { margin: 0.75rem 0; padding-left: 1.25rem; max-width: 60rem; }
a { color: var(--link); }
dl { margin: 0.75rem 0; }
dl div { display: flex; gap: 0.75rem; }
dt { flex: 0 0 5.5rem; color: var(--soft); }
dd { margin: 0; min-width: 0; }
dl.wide dt { flex: 0 0 min(40%, 13rem); overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; margin-top: 1rem; padding-inline: 0.5rem; }
nav a { padding-block: 0.2rem; }
.found { display: flex; flex-wrap: wrap; column-gap: 1.25rem; }
.found > * { min-width: 0; max-width: 100%; }
.charts { display: grid; grid-template-columns: minmax(0, 24rem); gap: 1rem; margin-block: 0.75rem; align-content: start; }
.found > .charts { flex: 0 1 22rem; }
.charts svg { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
.scroll { overflow-x: auto; margin-block: 0.75rem; }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.85rem; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.3rem; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; white-space: nowrap; }
tbody th { font-weight: 600; }
.words { white-space: normal; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding-block: 0.4rem; color: var(--link); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.75rem 0; padding: 0.75rem; background: var(--page); border-radius: 0.4rem; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.92em; }
`.trim();
