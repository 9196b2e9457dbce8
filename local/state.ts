import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateCodecKey, generateSealKeys } from '../src/security/keys.js';
import { generateOrderKeys } from '../src/security/order-keys.js';

/** The state of the local stack: one folder that only its owner reads. Made at the first start, kept for every later one. */
export interface State {
  directory: string;
  /** SQLite file of the Temporal server. */
  databaseFile: string;
  archiveDirectory: string;
  sandboxDirectory: string;
  portsFile: string;
  /** Which programs of ours run, for the start after a crash. */
  processesFile: string;
  /** Names the settings in `VIDEOID_CONFIG`. */
  configFile: string;
  logFile(name: string): string;
  /** The file of a secret; made by `make` if it is not there yet. */
  secretFile(name: string, make: () => string): string;
  codecKeyFile: string;
  sealPublicKeyFile: string;
  sealPrivateKeyFile: string;
  ordersPublicKeyFile: string;
  ordersPrivateKeyFile: string;
}

interface KeyPair {
  publicKey: string;
  privateKey: string;
}

/** Opens the state folder; makes it, its keys and what else is missing. */
export async function openState(directory: string): Promise<State> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const secretFile = (name: string, make: () => string): string => {
    const file = join(directory, 'secrets', name);
    if (!existsSync(file)) writeOnce(file, make());
    return file;
  };
  const pair = async (name: string, make: () => KeyPair | Promise<KeyPair>): Promise<KeyPair> => {
    const files = {
      publicKey: join(directory, 'secrets', `${name}-public.pem`),
      privateKey: join(directory, 'secrets', `${name}-private.pem`),
    };
    if (existsSync(files.privateKey) && existsSync(files.publicKey)) return files;
    const made = await make();
    rmSync(files.publicKey, { force: true });
    rmSync(files.privateKey, { force: true });
    writeOnce(files.publicKey, made.publicKey);
    writeOnce(files.privateKey, made.privateKey);
    return files;
  };
  const seal = await pair('seal', generateSealKeys);
  const orders = await pair('orders', generateOrderKeys);
  return {
    directory,
    databaseFile: join(directory, 'temporal.sqlite'),
    archiveDirectory: join(directory, 'archive'),
    sandboxDirectory: join(directory, 'sandbox'),
    portsFile: join(directory, 'ports.json'),
    processesFile: join(directory, 'processes.json'),
    configFile: join(directory, 'config.json'),
    logFile: (name) => join(directory, 'logs', `${name}.log`),
    secretFile,
    codecKeyFile: secretFile('codec-key', generateCodecKey),
    sealPublicKeyFile: seal.publicKey,
    sealPrivateKeyFile: seal.privateKey,
    ordersPublicKeyFile: orders.publicKey,
    ordersPrivateKeyFile: orders.privateKey,
  };
}

/** A token nobody can guess, fit for a URL. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Whole or not at all, and never over one that another start has made meanwhile. */
function writeOnce(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  try {
    linkSync(temporary, file);
  } finally {
    rmSync(temporary);
  }
}
