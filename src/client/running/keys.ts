import type { Config } from '../../config/schema.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Sealed } from '../../messages/steering.js';
import { processName } from '../../security/key-failures.js';
import { loadSealPrivateKeys, loadSealPublicKey, type SealPublicKey } from '../../security/keys.js';
import { loadOrderSigner } from '../../security/order-keys.js';
import { type SignArgument, signing } from '../../security/order-signatures.js';
import { openSealed, seal } from '../../security/sealing.js';

/** The keys of a client: to sign, to seal and to open. Each is read at its first use. */
export class ClientKeys {
  #signing: Promise<SignArgument> | undefined;
  #sealKey: Promise<SealPublicKey> | undefined;

  constructor(private readonly keys: Config['keys']) {}

  /** The key that signs starts and orders. @throws VideoIdError BAD_SETTING, SECRET_NOT_FOUND without a private orders key */
  signing(): Promise<SignArgument> {
    this.#signing ??= loadSigning(this.keys);
    return this.#signing;
  }

  /** Encrypts what a person typed to the seal key. */
  async seal(text: string): Promise<Sealed> {
    this.#sealKey ??= loadSealPublicKey(this.keys.seal);
    return seal(text, await this.#sealKey);
  }

  /** Whether this process has the private seal key. */
  get opens(): boolean {
    return this.keys.seal.some(({ privateKey }) => privateKey !== undefined);
  }

  /** Opens what was sealed for the archive. @throws VideoIdError SEAL_NOT_OPENED, SECRET_NOT_FOUND, BAD_SETTING */
  async open(sealed: Sealed): Promise<string> {
    if (this.opens) return openSealed(sealed, await loadSealPrivateKeys(this.keys.seal), processName()).reveal();
    throw new VideoIdError('SEAL_NOT_OPENED', 'There is no private seal key here.', {
      field: 'keys.seal',
      remedy: 'Run it where the private key is: on the machine of a worker, or of the person who keeps the key.',
    });
  }
}

/** @throws as `signing` does. Where nothing is encrypted, it signs if there is a key. */
export async function loadSigning({ encryptPayloads, orders }: Config['keys']): Promise<SignArgument> {
  return signing(encryptPayloads || orders.length > 0 ? await loadOrderSigner(orders) : undefined);
}
