import { join } from 'node:path';
import { type KeyRing, loadKeyRing } from '../../src/security/keys.js';

/** The codec key of the recorded histories. It protects nothing, because all people in them are made up. */
export const HISTORY_KEY = { id: 'test', key: `file:${join(import.meta.dirname, 'codec-key')}` } as const;

export function historyKeyRing(): Promise<KeyRing> {
  return loadKeyRing([HISTORY_KEY]);
}

export const HISTORIES = join(import.meta.dirname, 'histories');
