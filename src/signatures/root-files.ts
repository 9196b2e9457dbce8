import { VideoIdError } from '../messages/failures.js';
import { readGuarded } from '../security/guarded-file.js';
import { readRoots } from './cms/certificate-chain.js';

/** Returns the root certificates of an environment as PEM texts. Each file is read once. An unreadable file is tried again next time. */
export function rootFiles(
  environments: Readonly<Record<string, { roots: readonly string[] }>>,
): (environment: string) => Promise<string[]> {
  const known = new Map<string, string[]>();
  return async (environment) => {
    const roots = known.get(environment) ?? (await readRootFiles(environment, environments[environment]?.roots ?? []));
    known.set(environment, roots);
    return roots;
  };
}

/**
 * Reads root certificates as PEM texts.
 *
 * @param paths PEM files
 * @throws VideoIdError BAD_SETTING for a file that cannot be read, or that other users can write
 */
export async function readRootFiles(environment: string, paths: readonly string[]): Promise<string[]> {
  const field = `environments.${environment}.roots`;
  const roots = paths.map(async (path) => {
    try {
      const pem = await readGuarded(path, field);
      readRoots(pem);
      return pem;
    } catch (cause) {
      if (cause instanceof VideoIdError) throw cause;
      throw new VideoIdError('BAD_SETTING', `The file ${path} cannot be read as PEM certificates.`, {
        field,
        remedy: `Put the file there, or name another in ${field}. Then restart the workers.`,
        cause,
      });
    }
  });
  return Promise.all(roots);
}
