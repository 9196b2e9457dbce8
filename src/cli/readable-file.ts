import { VideoIdError } from '../messages/failures.js';

/** @throws VideoIdError DOCUMENT_NOT_FOUND for a file that cannot be read */
export async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && 'path' in cause && 'syscall' in cause) && !isDirectory(cause))
      throw cause;
    throw new VideoIdError('DOCUMENT_NOT_FOUND', `A file cannot be read: ${path}`, {
      remedy: 'Name a file that you may read.',
      cause,
    });
  }
}

function isDirectory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EISDIR';
}
