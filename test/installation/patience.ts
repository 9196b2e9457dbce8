import { VideoIdError } from '../../src/messages/failures.js';

/** What a call gives; nothing where the worker does not answer in time: it is away, or busy. */
export async function unlessAway<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const away = error instanceof VideoIdError && (error.code === 'STILL_RUNNING' || error.code === 'WORKER_AWAY');
    if (away) return undefined;
    throw error;
  }
}
