import { VideoIdError } from '../messages/failures.js';
import { readGuarded } from '../security/guarded-file.js';
import { readRoots } from './cms/certificate-chain.js';

/** The roots of each environment of the settings as PEM texts, read once; a file that cannot be read is looked for again the next time. */
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
 * PEM texts, which hold certificates.
 *
 * @param paths PEM files
 * @throws VideoIdError BAD_SETTING for a file that cannot be read, or that somebody else may write
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
      throw new VideoIdError('BAD_SETTING', `The roots file ${path} cannot be read as PEM certificates.`, {
        field,
        remedy: `Put it where ${field} says; or name another there, and restart the workers.`,
        cause,
      });
    }
  });
  return Promise.all(roots);
}
