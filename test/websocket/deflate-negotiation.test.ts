/** permessage-deflate: what the two ends agree on. */
import { describe, expect, it } from 'vitest';
import {
  answerOffers,
  codecParams,
  type DeflateOptions,
  type DeflateParams,
  readAnswer,
  writeOffer,
} from '../../src/websocket/deflate.ts';
import { extensionsOf } from '../../src/websocket/fields.ts';

const PLAIN: DeflateParams = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const answer = (offers: string, options: DeflateOptions = {}): string | undefined =>
  answerOffers(extensionsOf([offers]) ?? [], options)?.header;

describe('a list of extensions', () => {
  it('has names, parameters and values, perhaps in quotes', () => {
    expect(extensionsOf(['a; b ;c=d; e="f"', 'g'])).toEqual([
      {
        name: 'a',
        params: [
          ['b', null],
          ['c', 'd'],
          ['e', 'f'],
        ],
      },
      { name: 'g', params: [] },
    ]);
    expect(extensionsOf([])).toEqual([]);
  });

  it.each([
    '',
    ',',
    'a,',
    ',a',
    'a,,b',
    'a;',
    'a;;b',
    'a;b=',
    'a;=c',
    'a b',
    'a;b="c',
    'a;b="c d"',
    'a;b=""',
    '"a"',
    'a;b c',
    'ä',
    'a=b',
  ])('is malformed: %j', (value) => {
    expect(extensionsOf([value])).toBeNull();
  });

  it.each([' ', '\t', ',', ';', 'a,', 'a;b,', '"', 'a;b="', 'a;b="\\', 'a='])(
    'of 200,000 times %j is read in one pass',
    (part) => {
      // A quadratic reader does not come back in time.
      expect(extensionsOf([part.repeat(200_000)])).toBeNull();
      expect(extensionsOf([`a${part.repeat(200_000)}\x01`])).toBeNull();
    },
  );
});

describe('an offer', () => {
  it.each<[string, DeflateOptions, string | undefined]>([
    ['permessage-deflate', {}, 'permessage-deflate'],
    ['permessage-deflate; client_max_window_bits', {}, 'permessage-deflate'],
    ['x-other, permessage-deflate', {}, 'permessage-deflate'],
    ['permessage-deflate; server_no_context_takeover', {}, 'permessage-deflate; server_no_context_takeover'],
    ['permessage-deflate; client_no_context_takeover', {}, 'permessage-deflate; client_no_context_takeover'],
    ['permessage-deflate; server_max_window_bits=10', {}, 'permessage-deflate; server_max_window_bits=10'],
    ['permessage-deflate; server_max_window_bits="12"', {}, 'permessage-deflate; server_max_window_bits=12'],
    ['permessage-deflate; client_max_window_bits=8', {}, 'permessage-deflate; client_max_window_bits=8'],
    [
      'permessage-deflate; client_max_window_bits',
      { clientMaxWindowBits: 9 },
      'permessage-deflate; client_max_window_bits=9',
    ],
    ['permessage-deflate', { clientNoContextTakeover: true }, 'permessage-deflate; client_no_context_takeover'],
    ['permessage-deflate', { clientMaxWindowBits: 9 }, undefined],
    ['permessage-deflate; server_max_window_bits=8', {}, undefined],
    ['permessage-deflate; server_max_window_bits=7', {}, undefined],
    ['permessage-deflate; server_max_window_bits=16', {}, undefined],
    ['permessage-deflate; server_max_window_bits=010', {}, undefined],
    ['permessage-deflate; server_max_window_bits', {}, undefined],
    ['permessage-deflate; server_no_context_takeover=1', {}, undefined],
    ['permessage-deflate; client_max_window_bits; client_max_window_bits', {}, undefined],
    ['permessage-deflate; unknown', {}, undefined],
    ['permessage-deflate; unknown, permessage-deflate', {}, 'permessage-deflate'],
    ['x-webkit-deflate-frame', {}, undefined],
  ])('%s with %j is answered %s', (offer, options, expected) => {
    expect(answer(offer, options)).toBe(expected);
  });

  it('of ours is understood, and so is the answer', () => {
    const wishes: DeflateOptions[] = [
      {},
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
      { serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
    ];
    for (const wish of wishes) {
      const answered = answerOffers(extensionsOf([writeOffer(wish)]) ?? [], {});
      expect(readAnswer(extensionsOf([answered?.header ?? '']) ?? [], wish)).toEqual({ ...PLAIN, ...wish });
    }
  });

  it.each<[string, DeflateOptions]>([
    ['permessage-deflate', { serverNoContextTakeover: true }],
    ['permessage-deflate', { serverMaxWindowBits: 10 }],
    ['permessage-deflate; server_max_window_bits=11', { serverMaxWindowBits: 10 }],
    ['permessage-deflate; client_max_window_bits', {}],
    ['permessage-deflate; client_max_window_bits=8', {}],
    ['permessage-deflate; unknown', {}],
    ['permessage-deflate, permessage-deflate', {}],
    ['other', {}],
  ])('is not fulfilled by %s when it was %j', (given, options) => {
    expect(readAnswer(extensionsOf([given]) ?? [], options)).toBeNull();
  });

  it('means the contrary for either side', () => {
    const params = { ...PLAIN, serverNoContextTakeover: true, serverMaxWindowBits: 9 };
    const server = { deflateBits: 9, inflateBits: 15, deflateResets: true, inflateResets: false };
    expect(codecParams(params, 'server')).toEqual(server);
    expect(codecParams(params, 'client')).toEqual({
      deflateBits: 15,
      inflateBits: 9,
      deflateResets: false,
      inflateResets: true,
    });
  });
});
