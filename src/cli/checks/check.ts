import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';

/** One line of `doctor`. */
export interface Check {
  name: string;
  state: 'ok' | 'warn' | 'fail';
  words: string;
  /** What to do about it. */
  remedy?: string;
}

/** The longest time for one question to a server. Milliseconds. */
export const CHECKED_WITHIN = 5_000;

/** Runs one check. A failure of ours becomes its line. Any other error is a defect and is thrown. */
export async function check(
  name: string,
  work: () => Promise<Omit<Check, 'name' | 'state'> & { state?: Check['state'] }>,
): Promise<Check> {
  try {
    return { name, state: 'ok', ...(await work()) };
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    const where = error.field === undefined ? '' : ` (${error.field})`;
    return {
      name,
      state: 'fail',
      words: `${error.message}${where}`,
      ...defined({ remedy: error.remedy }),
    };
  }
}
