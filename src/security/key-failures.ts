import { hostname } from 'node:os';
import { VideoIdError } from '../messages/failures.js';
import { isKeyId } from './keys.js';

/** How errors name a process of this machine: "the worker on host-1". */
export function processName(kind?: 'worker' | 'codec server'): string {
  return `${kind === undefined ? 'this process' : `the ${kind}`} on ${hostname()}`;
}

/** The id of a key in quotes. An id from outside may hold anything, and is then not shown. */
export function keyName(id: string): string {
  return isKeyId(id) ? `"${id}"` : 'of an unknown id';
}

/** A payload names a codec key that the process lacks. */
export function keyMissing(holder: string, id: string): VideoIdError {
  return notShared(`${sentence(holder)} has no codec key ${keyName(id)}.`, {
    field: 'keys.codec',
    remedy: `Add it to keys.codec of ${holder}, and restart that process. New keys reach workers and codec servers first.`,
    id,
  });
}

/** A codec key does not open a payload that names it. */
export function keyDiffers(holder: string, id: string, cause: unknown): VideoIdError {
  return notShared(
    `The codec key ${keyName(id)} of ${holder} does not open what another process encrypted under this id: two keys have one id.`,
    {
      field: 'keys.codec',
      remedy:
        'Give every process the same key under this id, and a new key a new id. Then restart what was wrong: videoid doctor compares the processes.',
      id,
      cause,
    },
  );
}

/** Something is encrypted, and the process has encryption turned off. */
export function encryptionOff(holder: string, id: string): VideoIdError {
  return notShared(
    `Data in Temporal is encrypted with the codec key ${keyName(id)}, and ${holder} has encryption turned off.`,
    {
      field: 'keys.encryptPayloads',
      remedy: `Set keys.encryptPayloads of ${holder} to true and give it the codec keys of the other processes. Then restart it.`,
      id,
    },
  );
}

/** Something is not encrypted, and the process has encryption turned on. */
export function notEncrypted(holder: string): VideoIdError {
  return notShared(
    `An answer in Temporal is not encrypted, and ${holder} has encryption turned on. Nobody with our keys wrote it.`,
    {
      field: 'keys.encryptPayloads',
      remedy:
        'Set keys.encryptPayloads alike in all processes, and restart what was wrong: videoid doctor compares the processes. If they are alike, check who can write to Temporal.',
    },
  );
}

/** The start of a sentence. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function notShared(
  message: string,
  { field, remedy, id, cause }: { field: string; remedy: string; id?: string; cause?: unknown },
): VideoIdError {
  const facts = id !== undefined && isKeyId(id) ? { keyId: id } : {};
  return new VideoIdError('KEY_NOT_SHARED', message, { field, remedy, facts, cause });
}
