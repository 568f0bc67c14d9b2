/** The form that says what is compared: filled with what there is to choose from, read when it is sent. */
import type { Choice, Offer, Order } from '../messages.ts';
import { find, make } from './dom.ts';

const form = find('order', HTMLFormElement);
const reference = find('reference', HTMLSelectElement);
const estimate = find('estimate', HTMLElement);
const groups = [find('inputs', HTMLFieldSetElement), find('contenders', HTMLFieldSetElement)] as const;
const lengths = find('lengths', HTMLFieldSetElement);

/** Shows what there is to choose from, all of it chosen. `ordered` is told of an order that can be carried out. */
export function showOffer(offer: Offer, ordered: (order: Order, workers: number) => void): void {
  const [inputs, contenders] = groups;
  fill(inputs, offer.inputs);
  fill(contenders, offer.contenders);
  const able = offer.contenders.filter(({ missing }) => missing === undefined);
  reference.replaceChildren(...able.map(({ name }) => make('option', { value: name }, name)));
  reference.value = offer.reference;
  fillFromAddress();
  form.addEventListener('input', tellLength);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const order = readOrder();
    if (!isEmpty(order)) ordered(order, numberIn('workers'));
  });
  setFormEnabled(true);
  tellLength();
}

/** While something is measured, nothing can be changed. */
export function setFormEnabled(isEnabled: boolean): void {
  for (const group of [...groups, lengths]) group.disabled = !isEnabled;
}

function fill(group: HTMLFieldSetElement, choices: readonly Choice[]): void {
  const list = group.querySelector('.choices');
  list?.replaceChildren(...choices.map((choice) => make('li', {}, ...choiceLine(group.id, choice))));
  for (const button of group.querySelectorAll<HTMLButtonElement>('[data-all]')) {
    button.addEventListener('click', () => {
      for (const box of boxes(group)) box.checked = !box.disabled && button.dataset['all'] === 'true';
      tellLength();
    });
  }
}

function choiceLine(group: string, { name, title, missing, isOwn = false }: Choice): Node[] {
  const id = `${group}-${name}`;
  const box = make('input', { type: 'checkbox', id, value: name, 'aria-describedby': `${id}-title` });
  if (missing === undefined) box.setAttribute('checked', '');
  else box.disabled = true;
  box.dataset['own'] = String(isOwn);
  const says = missing === undefined ? title : `cannot run here: ${missing}`;
  return [box, make('label', { for: id }, name), make('span', { id: `${id}-title`, class: 'hint' }, says)];
}

function boxes(group: HTMLFieldSetElement): readonly HTMLInputElement[] {
  return [...group.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
}

function chosen(group: HTMLFieldSetElement): string[] {
  return boxes(group)
    .filter(({ checked }) => checked)
    .map(({ value }) => value);
}

/** The order as the form says it; what the others are compared with always takes part. */
function readOrder(): Order {
  const contenders = chosen(groups[1]);
  return {
    inputs: chosen(groups[0]),
    contenders: contenders.length === 0 ? [] : [...new Set([...contenders, reference.value])],
    reference: reference.value,
    lengths: { rounds: numberIn('rounds'), timeMs: numberIn('time'), warmUpCalls: numberIn('warmup') },
  };
}

function numberIn(id: string): number {
  return find(id, HTMLInputElement).valueAsNumber;
}

function isEmpty({ inputs, contenders }: Order): boolean {
  return inputs.length === 0 || contenders.length === 0;
}

/** Says how long the order takes at least, or what it lacks. */
function tellLength(): void {
  const order = readOrder();
  find('start', HTMLButtonElement).disabled = isEmpty(order);
  const { rounds, timeMs } = order.lengths;
  // One round of each worker is discarded, and the control takes part.
  const count = rounds + Math.min(numberIn('workers'), rounds);
  const seconds = (order.inputs.length * (order.contenders.length + 1) * count * timeMs) / 1000;
  const shown = seconds < 90 ? amount(seconds, 'second') : amount(seconds / 60, 'minute');
  if (isEmpty(order)) estimate.textContent = 'Choose at least one input and one parser.';
  else estimate.textContent = Number.isFinite(seconds) ? `Takes at least ${shown}, and some for warming up.` : '';
}

function amount(value: number, unit: string): string {
  const whole = Math.ceil(value);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

/** The form begins with what the address of the page says, by the names of its fields; the words of `filter` choose. */
function fillFromAddress(): void {
  const words = new URLSearchParams(location.search);
  for (const field of [...form.querySelectorAll<HTMLInputElement>('input[type="number"]'), reference]) {
    const value = words.get(field.name);
    if (value !== null && (field === reference ? isOption(value) : Number.isInteger(Number(value))))
      field.value = value;
  }
  const filter = (words.get('filter') ?? '').split(',').filter((word) => word !== '');
  for (const group of groups) {
    const named = boxes(group).filter(({ value }) => filter.some((word) => value.includes(word)));
    const isOwn = ({ dataset }: HTMLInputElement): boolean => dataset['own'] === 'true';
    const ownStay = !named.some(isOwn);
    // Words that choose none of a kind leave all of it.
    if (named.length > 0)
      for (const box of boxes(group)) box.checked = !box.disabled && (named.includes(box) || (ownStay && isOwn(box)));
  }
}

function isOption(value: string): boolean {
  return [...reference.options].some((option) => option.value === value);
}
