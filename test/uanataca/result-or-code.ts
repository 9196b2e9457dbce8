import { ProviderError } from '../../src/uanataca/errors.js';

/** The result of a call, or the code of its error. */
export async function resultOrCode(call: Promise<unknown>): Promise<unknown> {
  try {
    return (await call) ?? 'done';
  } catch (error) {
    if (error instanceof ProviderError) return error.code;
    throw error;
  }
}
