import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { processName } from '../security/key-failures.js';
import type { KeyRing } from '../security/keys.js';
import type { OrderPublicKeys } from '../security/order-keys.js';
import { ClientCodec, EncryptionCodec, PlainCodec } from '../security/payload-codec.js';
import { WorkerCodec } from '../security/worker-codec.js';

/** A module that the SDK loads by path. Same extension as this one: `.js`, or `.ts` in tests. */
const moduleAt = (path: string): string =>
  fileURLToPath(new URL(`../${path}${extname(import.meta.url)}`, import.meta.url));

export const FAILURE_CONVERTER_PATH = moduleAt('security/failure-converter');

/** The modules of a workflow bundle. */
export const WORKFLOW_MODULES = {
  workflowsPath: moduleAt('workflows/index'),
  failureConverterPath: FAILURE_CONVERTER_PATH,
  workflowInterceptorModules: ['question-ahead', 'incoming', 'defects'].map((name) =>
    moduleAt(`workflows/guards/${name}`),
  ),
};

/**
 * Encodes values, failure messages and stacks, for gateway, client and CLI. Without keys, they are not encrypted. A workflow
 * bundle must be made with `WORKFLOW_MODULES`.
 */
export function dataConverter(keyRing: KeyRing | undefined): DataConverter {
  return {
    failureConverterPath: FAILURE_CONVERTER_PATH,
    payloadCodecs: [keyRing === undefined ? new PlainCodec() : new ClientCodec(keyRing)],
  };
}

/** The same for a worker, which also checks payloads from outside. Without `orders`, no signature is required. */
export function workerDataConverter(keys: {
  keyRing: KeyRing | undefined;
  orders: OrderPublicKeys | undefined;
}): DataConverter {
  const encryption = keys.keyRing === undefined ? undefined : new EncryptionCodec(keys.keyRing, processName('worker'));
  return {
    failureConverterPath: FAILURE_CONVERTER_PATH,
    payloadCodecs: [new WorkerCodec({ encryption, orders: keys.orders })],
  };
}
