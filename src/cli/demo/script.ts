/** What the demo page does in the browser beside its echo, as text of its script. It talks to its own server and nobody else. */

export const SCRIPT = `
'use strict';
const find = (id) => document.getElementById(id);
const make = (name, className, text) => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
};
const post = async (path, type, body) => {
  const started = performance.now();
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body });
  const text = await answer.text();
  return { status: answer.status, text, ms: performance.now() - started };
};

const svg = (name, attributes) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};
// The numbers on a line, with their mean and one deviation to both sides.
const strip = (data, mean, sd) => {
  const low = Math.min(mean - sd, ...data);
  const high = Math.max(mean + sd, ...data);
  const x = (value) => (high === low ? 50 : 3 + (94 * (value - low)) / (high - low)) + '%';
  const picture = svg('svg', { role: 'img', 'aria-label': 'The numbers on a line; the band is the mean with one standard deviation to both sides.' });
  const width = high === low ? 0 : (94 * 2 * sd) / (high - low);
  picture.append(
    svg('rect', { class: 'band', x: x(mean - sd), y: 4, width: width + '%', height: 40, rx: 4 }),
    svg('line', { class: 'axis', x1: '0', x2: '100%', y1: 24, y2: 24 }),
    svg('line', { class: 'mean', x1: x(mean), x2: x(mean), y1: 4, y2: 44 }),
    ...data.map((value) => svg('circle', { class: 'dot', cx: x(value), cy: 24, r: 5 })),
  );
  return picture;
};

const result = find('sd-result');
find('sd-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const words = find('sd-data').value.split(/[\\s,;]+/).filter((word) => word !== '');
  const data = words.map((word) => (Number.isNaN(Number(word)) ? word : Number(word)));
  const body = JSON.stringify({ data });
  find('sd-sent').textContent = body;
  try {
    const { status, text, ms } = await post('/sd', 'application/json', body);
    const value = JSON.parse(text);
    if (status !== 200) {
      result.replaceChildren(make('div', 'bad', value.error));
      return;
    }
    const facts = 'n = ' + value.n + ', mean = ' + Number(value.mean.toPrecision(6)) + ', ' + ms.toFixed(1) + ' ms';
    result.replaceChildren(make('div', 'big', String(Number(value.sd.toPrecision(6)))), make('div', 'facts', facts), strip(data, value.mean, value.sd));
  } catch (error) {
    result.replaceChildren(make('div', 'bad', 'No answer: ' + error.message));
  }
});
`;
