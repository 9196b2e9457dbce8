import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateCodecKey, generateSealKeys } from '../src/security/keys.js';
import { generateOrderKeys } from '../src/security/order-keys.js';

/** The state of the local stack: one folder that only its owner can read. Made at the first start and kept. */
export interface State {
  directory: string;
  /** SQLite file of the Temporal server. */
  databaseFile: string;
  archiveDirectory: string;
  sandboxDirectory: string;
  portsFile: string;
  /** The list of our running programs. A start after a crash needs it. */
  processesFile: string;
  /** The file that `VIDEOID_CONFIG` names. */
  configFile: string;
  logFile(name: string): string;
  /** The file of a secret. If it is missing, `make` makes it. */
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

/** Opens the state folder. Makes the folder, its keys and everything else that is missing. */
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

/** A random token that can be part of a URL. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Writes the file completely or not at all. Never replaces a file that another start has made. */
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
