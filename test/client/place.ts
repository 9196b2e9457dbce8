import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { generateCodecKey } from '../../src/security/keys.js';
import { generateOrderKeys } from '../../src/security/order-keys.js';
import { recordsOf } from '../archive/records-of.js';
import { sealKeys } from '../keys.js';

/** A client with its own real archive, real keys, and the Temporal server that the test names. */
export interface Place {
  directory: string;
  config: Config;
  client: VideoIdClient;
  archive: Archive;
  /** A file in the place. */
  file(name: string, content: string | Uint8Array): string;
  /** Every row and every file of the archive. */
  archived(): object;
  close(): Promise<void>;
}

/** @param change replaces settings, in the form of a settings file */
export async function openPlace(temporal: object, change: (settings: Settings) => void = () => {}): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'videoid-client-'));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const seal = await sealKeys();
  const orders = generateOrderKeys();
  const settings: Settings = {
    temporal,
    archive: { directory: join(directory, 'archive'), reserve: 0 },
    keys: {
      codec: [{ id: 'test', key: `file:${file('codec-key', generateCodecKey())}` }],
      seal: [
        {
          id: 'test',
          publicKey: `file:${file('seal-public.pem', seal.publicKey)}`,
          privateKey: `file:${file('seal-private.pem', seal.privateKey)}`,
        },
      ],
      orders: [
        {
          id: 'test',
          publicKey: `file:${file('orders-public.pem', orders.publicKey)}`,
          privateKey: `file:${file('orders-private.pem', orders.privateKey)}`,
        },
      ],
    },
    environments: { test: { optimizer: 'http://127.0.0.1:1', env: 'sandbox' } },
    registrationAuthorities: {
      '139': {
        environment: 'test',
        profiles: ['FirstProfile', 'SecondProfile'],
        officers: { 'officer-1': { rao: '1400', token: 'env:PATH' } },
      },
    },
  };
  change(settings);
  const path = file('config.json', JSON.stringify(settings));
  const config = loadConfig({ VIDEOID_CONFIG: path });
  const archive = await openArchive(config.archive, { create: true });
  const client = await VideoIdClient.connect(config);
  return {
    directory,
    config,
    client,
    archive,
    file,
    archived: () => recordsOf(config.archive.directory).everything(),
    close: async () => {
      await client.close();
      await archive.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The settings of a file that tests change. */
export interface Settings {
  temporal: object;
  archive: { directory: string; reserve: number };
  keys: object;
  environments: Record<string, { optimizer: string; env: 'sandbox' | 'prod'; plainHttpReason?: string }>;
  gateway?: object;
  registrationAuthorities: Record<string, object>;
  documents?: object;
  codeEntry?: string;
}

export const SAMPLE = 'samples/agreement.pdf';
export const OTHER_SAMPLE = 'samples/annex.pdf';
