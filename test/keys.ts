import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openState } from '../local/state.js';
import { TestAuthority } from '../sandbox/signing/certificates.js';

const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache');
const KEPT = join(CACHE, 'videoid-test-keys');

/**
 * RSA keys take a second to make. So tests share a seal key and a sandbox's certification authority. They are made once and kept
 * beside the dependencies. This copies them into the state of an installation before it is opened.
 */
export async function layKeys(state: string): Promise<void> {
  await layAuthority(join(state, 'sandbox'));
  const secrets = join(state, 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  for (const file of Object.values(SEAL_FILES)) cpSync(join(await kept(), 'secrets', file), join(secrets, file));
}

/** Only the seal keys, in PEM. */
export async function sealKeys(): Promise<{ publicKey: string; privateKey: string }> {
  const secrets = join(await kept(), 'secrets');
  const read = (file: string): string => readFileSync(join(secrets, file), 'utf8');
  return { publicKey: read(SEAL_FILES.publicKey), privateKey: read(SEAL_FILES.privateKey) };
}

/** Copies only the authority, into the state of a sandbox. */
export async function layAuthority(sandboxState: string): Promise<void> {
  cpSync(join(await kept(), 'authority'), join(sandboxState, 'authority'), { recursive: true });
}

const SEAL_FILES = { publicKey: 'seal-public.pem', privateKey: 'seal-private.pem' };

/** The folder with the keys. Made completely or not at all, because several test files need it at the same time. */
async function kept(): Promise<string> {
  if (existsSync(KEPT)) return KEPT;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, 'videoid-test-keys-'));
  await openState(made);
  await TestAuthority.open(join(made, 'authority'));
  try {
    renameSync(made, KEPT);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(KEPT)) throw error;
  }
  return KEPT;
}
