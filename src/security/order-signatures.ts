import { sign, verify } from 'node:crypto';
import { type Payload, RawValue } from '@temporalio/common';
import type { OrderPublicKeys, OrderSigner } from './order-keys.js';

/** What is signed: the argument of an Update or of a workflow's start. A signature for one is not valid for the other. */
export type SignedKind = 'order' | 'start';

/** Makes the argument of a call to Temporal. It is signed if the settings have a key. */
export type SignArgument = (kind: SignedKind, value: object) => RawValue;

const KEY_ID = 'videoid-signed-by';
const KIND = 'videoid-signed-as';
const SIGNATURE = 'videoid-signature';
/** Bytes of an Ed25519 signature. */
const LENGTH = 64;

/**
 * Signs the JSON bytes of a value as they will be sent. Signature and key id are in the metadata of the payload, which the codec
 * encrypts too.
 */
export function signing(signer: OrderSigner | undefined): SignArgument {
  return (kind, value) => {
    const data = Buffer.from(JSON.stringify(value));
    const metadata: Record<string, Uint8Array> = { encoding: Buffer.from('json/plain') };
    if (signer !== undefined) {
      metadata[KEY_ID] = Buffer.from(signer.id);
      metadata[KIND] = Buffer.from(kind);
      metadata[SIGNATURE] = sign(null, signedBytes(kind, data), signer.key);
    }
    return RawValue.fromPayload({ metadata, data });
  };
}

/**
 * What a readable payload is signed as. `unsigned` has no signature. Else `keyId` says which key signed it, or claims to have: an id
 * that is `unknown` here, or one whose key `wrongly` fits.
 */
export function signedAs(
  { metadata, data }: Payload,
  keys: OrderPublicKeys,
): { as: SignedKind | 'unsigned' | 'unknown' | 'wrongly'; keyId: string } {
  const signature = metadata?.[SIGNATURE];
  const keyId = textOf(metadata?.[KEY_ID]);
  if (!metadata || signature === undefined) return { as: 'unsigned', keyId };
  const kind = textOf(metadata[KIND]);
  const key = keys.get(keyId);
  if (key === undefined) return { as: 'unknown', keyId };
  const formed = (kind === 'order' || kind === 'start') && signature.length === LENGTH;
  const fits = formed && verify(null, signedBytes(kind, data ?? new Uint8Array()), key, signature);
  return { as: fits ? kind : 'wrongly', keyId };
}

function signedBytes(kind: SignedKind, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`videoid-worker ${kind}\n`), data]);
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}
