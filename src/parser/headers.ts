/**
 * Makes headers objects from field records. The usual way is a constructor compiled for a sequence of known names, the
 * other one a loop of keyed stores; both give objects of one kind, without inherited names. Knows no sockets and no bytes:
 * the head is a text by now.
 */
import { FIELD_NAMES, LIMIT } from '../wasm/constants.gen.ts';
import { FIELD, HEAD, headEnd, word } from './records.ts';

/**
 * Field values by lower-case name. Nothing is inherited, so any name a peer sends is a plain property. Values of a
 * repeated field are joined by `, `, those of `cookie` by `; `.
 */
export type HttpHeaders = Readonly<Record<string, string>>;

type Build = new (text: string, words: Uint32Array, at: number) => HttpHeaders;

/** The prototype of every headers object: empty, and without a prototype of its own. */
const PROTOTYPE: object = Object.freeze(Object.create(null));

/** Makes empty headers objects. A constructor function, since the prototype of a class cannot be replaced. */
const Keyed = withPrototype(function Headers() {} as unknown as new () => Record<string, string>);

/** Sightings of a shape before it is compiled: peers choose the order of fields, and compiling takes some 0.3 ms. */
const SIGHTINGS = 8;

/** Most shapes that are compiled, in one table. */
const COMPILED = 64;

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { NO_SHAPE, SHAPE_FRESH } = LIMIT;
const { SHAPE } = HEAD;

function withPrototype<T extends object>(make: T): T {
  Object.defineProperty(make, 'prototype', { value: PROTOTYPE });
  return make;
}

/** What the shape ids of a machine stand for. Each instance of it gives its own ids, each of them once. */
export class ShapeTable {
  private readonly builds: (Build | undefined)[] = new Array(LIMIT.SHAPES).fill(undefined);
  private readonly sightings: Uint8Array = new Uint8Array(LIMIT.SHAPES);
  /** Memory of the instance whose ids these are. */
  private instance: Uint32Array | null = null;
  /** Shapes that got a constructor. */
  compiledShapes: number = 0;
  private mayCompile: boolean;

  /** @param mayCompile `false`: never make code from text. By default that is tried when it is first worth it, and once. */
  constructor(mayCompile: boolean = true) {
    this.mayCompile = mayCompile;
  }

  /** The headers object of the head record at `at`, whose whole head is `text`. */
  build(words: Uint32Array, at: number, text: string): HttpHeaders {
    const id = words[at + SHAPE] as number; // Inside the memory, as all of a record is.
    if (id === NO_SHAPE) return buildKeyed(words, at, text);
    if (words !== this.instance) this.forget(words);
    const shape = id & ~SHAPE_FRESH;
    const Known = this.builds[shape];
    if (Known !== undefined) return new Known(text, words, at);
    if (this.mayCompile && this.compiledShapes < COMPILED) {
      const seen = (this.sightings[shape] as number) + 1; // A shape id is below the length of this table.
      this.sightings[shape] = seen;
      if (seen === SIGHTINGS) {
        // A page that forbids it may have every try reported.
        if (this.compiledShapes === 0) this.mayCompile = canCompile();
        if (!this.mayCompile) return buildKeyed(words, at, text);
        this.compiledShapes++;
        this.builds[shape] = compile(words, at);
      }
    }
    return buildKeyed(words, at, text);
  }

  private forget(instance: Uint32Array): void {
    this.instance = instance;
    this.builds.fill(undefined);
    this.sightings.fill(0);
  }
}

/** True where the host lets code be made from text; some pages and processes forbid it. */
function canCompile(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/**
 * A constructor for the sequence of names of this record. Its text holds integers and names of our own table only, never
 * anything a peer sent; the machine gives a shape only to heads whose names are all in that table, each of them once.
 */
function compile(words: Uint32Array, at: number): Build {
  let source = 'return function Headers(text, words, at) { let from;';
  const end = headEnd(words, at);
  for (let field = at + LIMIT.HEAD_WORDS; field < end; field += LIMIT.UNIT_WORDS) {
    const name = FIELD_NAMES[word(words, field + FIELD.NAME) >>> 24];
    source += `from = words[at + ${field - at + FIELD.VALUE_OFFSET}];`;
    source += `this[${JSON.stringify(name)}] = text.substring(from, from + words[at + ${field - at + FIELD.VALUE_LENGTH}]);`;
  }
  return withPrototype(new Function(`${source} }`)() as Build);
}

/** The definition: one store for each field. */
function buildKeyed(words: Uint32Array, at: number, text: string): HttpHeaders {
  const headers = new Keyed();
  const end = headEnd(words, at);
  for (let field = at + LIMIT.HEAD_WORDS; field < end; field += LIMIT.UNIT_WORDS) {
    const name = fieldName(words, field, text);
    const value = fieldValue(words, field, text);
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

/** Lower-case name of the field record at `field`. */
function fieldName(words: Uint32Array, field: number, text: string): string {
  const id = word(words, field + FIELD.NAME) >>> 24;
  if (id !== 0) return FIELD_NAMES[id] as string; // An id of the machine is an index of the table it was made from.
  return rawName(words, field, text).toLowerCase();
}

function rawName(words: Uint32Array, field: number, text: string): string {
  const from = word(words, field + FIELD.NAME_OFFSET);
  return text.substring(from, from + (word(words, field + FIELD.NAME) & 0xffffff));
}

function fieldValue(words: Uint32Array, field: number, text: string): string {
  const from = word(words, field + FIELD.VALUE_OFFSET);
  return text.substring(from, from + word(words, field + FIELD.VALUE_LENGTH));
}

/** All fields as received: name, value, name, value, … in original case and order. */
export function flatFields(words: Uint32Array, at: number, text: string): string[] {
  const flat: string[] = [];
  const end = headEnd(words, at);
  for (let field = at + LIMIT.HEAD_WORDS; field < end; field += LIMIT.UNIT_WORDS) {
    flat.push(rawName(words, field, text), fieldValue(words, field, text));
  }
  return flat;
}

/** One field line, with the places of its parts in the bytes of the head. */
export interface HttpField {
  /** As received. */
  readonly name: string;
  /** Without white space at its ends. */
  readonly value: string;
  /** Bytes from the first byte of the head. */
  readonly nameOffset: number;
  /** Bytes from the first byte of the head. */
  readonly valueOffset: number;
}

/** All fields as received, each with its places. */
export function locatedFields(words: Uint32Array, at: number, text: string): HttpField[] {
  const fields: HttpField[] = [];
  const end = headEnd(words, at);
  for (let field = at + LIMIT.HEAD_WORDS; field < end; field += LIMIT.UNIT_WORDS) {
    fields.push({
      name: rawName(words, field, text),
      value: fieldValue(words, field, text),
      nameOffset: word(words, field + FIELD.NAME_OFFSET),
      valueOffset: word(words, field + FIELD.VALUE_OFFSET),
    });
  }
  return fields;
}

/** Known id of a lower-case field name, or 0. */
export function fieldId(name: string): number {
  return IDS.get(name) ?? 0;
}

const IDS: ReadonlyMap<string, number> = new Map(
  FIELD_NAMES.map((name, id): [string, number] => [name, id]).filter(([, id]) => id > 0),
);
