import type { Config } from '../config/schema.js';
import { loadOrderSigner } from '../security/order-keys.js';
import { type SignArgument, signing } from '../security/order-signatures.js';

/**
 * What signs starts and orders. Where nothing is encrypted it signs if there is a key.
 *
 * @throws VideoIdError BAD_SETTING, SECRET_NOT_FOUND without a private orders key
 */
export async function loadSigning({ encryptPayloads, orders }: Config['keys']): Promise<SignArgument> {
  return signing(encryptPayloads || orders.length > 0 ? await loadOrderSigner(orders) : undefined);
}
