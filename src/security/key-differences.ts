import type { KeyPrint, KeyPrints, ProcessRecord } from '../messages/processes.js';

/** A key that two processes do not share. */
export interface KeyDifference {
  /** Whether requests fail because of it. */
  grave: boolean;
  words: string;
  remedy: string;
}

/**
 * How the keys of another process differ from those here, where that matters.
 *
 * @param name how to name the other process
 */
export function keyDifferences(
  here: KeyPrints,
  { kind, keys: there }: Pick<ProcessRecord, 'kind' | 'keys'>,
  name: string,
): KeyDifference[] {
  if (kind !== 'codec-server' && here.encrypts !== there.encrypts) {
    const words = `encryption is turned ${there.encrypts ? 'on' : 'off'} there and ${here.encrypts ? 'on' : 'off'} here`;
    return [grave(words, 'Set keys.encryptPayloads alike in both settings, and restart what was wrong.')];
  }
  return [
    ...(['codec', 'seal', 'orders'] as const).flatMap((list) => twoKeysOfOneId(list, here[list], there[list], name)),
    ...(here.encrypts ? codecDifferences(here, there, name, kind !== 'codec-server') : []),
    ...(kind === 'codec-server' ? [] : [...sealDifferences(here, there, name), ...orderDifferences(here, there, name)]),
  ];
}

const KEY_NAMES = { codec: 'codec key', seal: 'seal key', orders: 'orders key' } as const;

function twoKeysOfOneId(
  list: keyof typeof KEY_NAMES,
  here: readonly KeyPrint[],
  there: readonly KeyPrint[],
  name: string,
): KeyDifference[] {
  return there.flatMap(({ id, print }) => {
    const own = here.find((key) => key.id === id);
    if (own === undefined || own.print === print) return [];
    return [
      grave(
        `the ${KEY_NAMES[list]} "${id}" there (${print}) is another than here (${own.print})`,
        `Put one key under the id "${id}" in keys.${list} of both, and restart what was wrong: ${name}, or the processes with the settings here. A new key needs a new id.`,
      ),
    ];
  });
}

function codecDifferences(here: KeyPrints, there: KeyPrints, name: string, encryptsThere: boolean): KeyDifference[] {
  const [current] = here.codec;
  const [currentThere] = encryptsThere ? there.codec : [];
  const missing = lacking(here.codec, there.codec).map((id) =>
    id === current?.id
      ? grave(`it lacks the codec key "${id}", which encrypts here`, `Add it to keys.codec of ${name}, and restart it.`)
      : loose(
          `it lacks the codec key "${id}"`,
          `Add it to keys.codec of ${name}, if requests that began with it still run.`,
        ),
  );
  const unknown = lacking(there.codec, here.codec).map((id) =>
    id === currentThere?.id
      ? grave(
          `it encrypts with the codec key "${id}", which is missing here`,
          'Add it to keys.codec of the settings here.',
        )
      : loose(
          `its codec key "${id}" is missing here`,
          'Add it to keys.codec of the settings here before anybody encrypts with it.',
        ),
  );
  return [...missing, ...unknown];
}

/** What is sealed on one side must be opened on the other, if that side opens anything. */
function sealDifferences(here: KeyPrints, there: KeyPrints, name: string): KeyDifference[] {
  const [sealing] = here.seal;
  const [sealingThere] = there.seal;
  return [
    ...(sealing && cannotOpen(there, sealing)
      ? [
          grave(
            `it cannot open codes and PINs that are typed here: they are sealed to "${sealing.id}"`,
            `Add that pair to keys.seal of ${name} and restart it, or put a public key that it opens first here.`,
          ),
        ]
      : []),
    ...(sealingThere && cannotOpen(here, sealingThere)
      ? [
          grave(
            `codes and PINs that are typed there are sealed to "${sealingThere.id}", which cannot be opened here`,
            `Add that pair to keys.seal here, or put a public key that is opened here first in keys.seal of ${name}, and restart it.`,
          ),
        ]
      : []),
  ];
}

function cannotOpen({ seal }: KeyPrints, { id }: KeyPrint): boolean {
  return seal.some((key) => key.private) && !seal.some((key) => key.private && key.id === id);
}

/** Whoever signs must be known on the other side, if that side checks. */
function orderDifferences(here: KeyPrints, there: KeyPrints, name: string): KeyDifference[] {
  const signer = here.orders.find((key) => key.private);
  const signerThere = there.orders.find((key) => key.private);
  return [
    ...(signer && there.orders.length > 0 && lacking([signer], there.orders).length > 0
      ? [
          grave(
            `it does not know the orders key "${signer.id}", which signs here`,
            `Add its public key to keys.orders of ${name}, and restart it.`,
          ),
        ]
      : []),
    ...(signerThere && here.orders.length > 0 && lacking([signerThere], here.orders).length > 0
      ? [
          grave(
            `it signs with the orders key "${signerThere.id}", which is missing here`,
            'Add its public key to keys.orders here.',
          ),
        ]
      : []),
  ];
}

/** The ids of keys that the others lack. */
function lacking(keys: readonly KeyPrint[], others: readonly KeyPrint[]): string[] {
  return keys.filter(({ id }) => !others.some((key) => key.id === id)).map(({ id }) => id);
}

function grave(words: string, remedy: string): KeyDifference {
  return { grave: true, words, remedy };
}

function loose(words: string, remedy: string): KeyDifference {
  return { grave: false, words, remedy };
}
