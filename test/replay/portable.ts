import type { Payload } from '@temporalio/common';
import type { KeyRing } from '../../src/security/keys.js';
import { EncryptionCodec } from '../../src/security/payload-codec.js';

/** A history as its JSON file holds it. */
export interface HistoryJson {
  events: object[];
}

/** A payload in JSON: bytes in base64. */
interface PayloadJson {
  metadata: Record<string, string>;
  data: string;
}

/** A history without traces of the recording machine: names of processes and hosts, and stacks with paths. */
export async function portable(history: HistoryJson, keyRing: KeyRing): Promise<HistoryJson> {
  const codec = new EncryptionCodec(keyRing);
  return { events: (await Promise.all(history.events.map((event) => cleaned(event, codec)))) as object[] };
}

async function cleaned(value: unknown, codec: EncryptionCodec): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => cleaned(item, codec)));
  // Identities and sticky task queues: `<pid>@<host>…`.
  if (typeof value === 'string') return value.replace(/^\d+@.+$/, 'recorder');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([name, part]: [string, unknown]) => {
    if (name === 'encodedAttributes') return [name, await withoutStack(part as PayloadJson, codec)];
    return [name, await cleaned(part, codec)];
  });
  return Object.fromEntries(await Promise.all(entries)) as object;
}

/** The codec keeps message and stack of a failure in one payload. */
async function withoutStack(json: PayloadJson, codec: EncryptionCodec): Promise<PayloadJson> {
  const [opened] = await codec.decode([fromJson(json)]);
  const attributes = JSON.parse(Buffer.from(opened?.data ?? []).toString()) as object;
  const data = Buffer.from(JSON.stringify({ ...attributes, stack_trace: '' }));
  const [closed] = await codec.encode([{ ...opened, data }]);
  return toJson(closed ?? {});
}

function fromJson({ metadata, data }: PayloadJson): Payload {
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, bytesOf(text)])),
    data: bytesOf(data),
  };
}

function toJson({ metadata, data }: Payload): PayloadJson {
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, textOf(bytes)])),
    data: textOf(data),
  };
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}
