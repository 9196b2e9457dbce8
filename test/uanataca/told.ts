import { ProviderError } from '../../src/uanataca/errors.js';

/** What a call comes to: what it gives, or the code of its error. */
export async function told(call: Promise<unknown>): Promise<unknown> {
  try {
    return (await call) ?? 'done';
  } catch (error) {
    if (error instanceof ProviderError) return error.code;
    throw error;
  }
}
