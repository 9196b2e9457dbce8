import type { KeyPrints } from '../../src/messages/processes.js';
import { keyDifferences } from '../../src/security/key-differences.js';

const key = (id: string, print = id) => ({ id, print });
const pair = (id: string, isPrivate: boolean, print = id) => ({ id, print, private: isPrivate });

/** A gateway, and a worker that fits it. */
const GATEWAY: KeyPrints = {
  encrypts: true,
  codec: [key('c')],
  seal: [pair('s', false)],
  orders: [pair('o', true)],
};
const WORKER: KeyPrints = { ...GATEWAY, seal: [pair('s', true)], orders: [pair('o', false)] };

function words(here: KeyPrints, there: KeyPrints, kind: 'worker' | 'gateway' | 'codec-server' = 'worker') {
  return keyDifferences(here, { kind, keys: there }, 'the worker on a').map(({ grave, words: said }) => [grave, said]);
}

it('a gateway and a worker whose keys fit do not differ, from either side', () => {
  expect(words(GATEWAY, WORKER)).toEqual([]);
  expect(words(WORKER, GATEWAY, 'gateway')).toEqual([]);
  expect(words(GATEWAY, { ...WORKER, seal: [], orders: [] }, 'codec-server')).toEqual([]);
});

it.each<[what: string, there: Partial<KeyPrints>, grave: boolean, said: string]>([
  [
    'another key under one id',
    { codec: [key('c', 'x')] },
    true,
    'the codec key "c" there (x) is another than here (c)',
  ],
  ['no key that encrypts here', { codec: [key('d')] }, true, 'it lacks the codec key "c", which encrypts here'],
  [
    'a key that encrypts there',
    { codec: [key('d'), key('c')] },
    true,
    'it encrypts with the codec key "d", which is missing here',
  ],
  ['a key in addition', { codec: [key('c'), key('d')] }, false, 'its codec key "d" is missing here'],
  ['no encryption', { encrypts: false, codec: [] }, true, 'encryption is turned off there and on here'],
  [
    'another seal key',
    { seal: [pair('t', true)] },
    true,
    'it cannot open codes and PINs that are typed here: they are sealed to "s"',
  ],
  [
    'another seal key under one id',
    { seal: [pair('s', true, 'x')] },
    true,
    'the seal key "s" there (x) is another than here (s)',
  ],
  ['another orders key', { orders: [pair('p', false)] }, true, 'it does not know the orders key "o", which signs here'],
])('a worker with %s is named', (_what, there, grave, said) => {
  expect(words(GATEWAY, { ...WORKER, ...there })).toContainEqual([grave, said]);
});

it('an older key that the worker lacks is worth a warning', () => {
  expect(words({ ...GATEWAY, codec: [key('c'), key('b')] }, WORKER)).toEqual([[false, 'it lacks the codec key "b"']]);
});

it('a gateway is named that signs or seals with what is unknown here', () => {
  const there = { ...GATEWAY, seal: [pair('t', false)], orders: [pair('p', true)] };
  expect(words(WORKER, there, 'gateway')).toEqual([
    [true, 'codes and PINs that are typed there are sealed to "t", which cannot be opened here'],
    [true, 'it signs with the orders key "p", which is missing here'],
  ]);
});
