import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { defined } from '../../messages/defined.js';
import { checkPdf } from '../../signatures/pdf-check.js';
import type { Config, EnvironmentConfig, RegistrationAuthorityConfig } from '../../config.js';
import { resolveSecret } from '../../security/secret.js';
import type { BillingCredentials } from '../../uanataca/one-shot/one-shot.js';
import type { ProbeDocument } from './context.js';
import { PLAIN_PAGE, SIGNED_PAGE } from '../pages.js';

/** The documents that are signed: the given files, or a page without a signature and one that was signed before. */
export async function documentsFrom(
  paths: readonly string[],
  folder: string,
  limits: Config['documents'],
): Promise<ProbeDocument[]> {
  const built = [PLAIN_PAGE, SIGNED_PAGE].map((page) => gunzipSync(Buffer.from(page, 'base64')));
  const given = await Promise.all(paths.slice(0, 2).map((path) => readFile(path)));
  const bytes = given.length === 0 ? built : given.length === 1 ? [...given, ...built.slice(1)] : given;
  return Promise.all(
    bytes.map(async (content, index): Promise<ProbeDocument> => {
      const name = index === 0 ? 'a' : 'b';
      const path = join(folder, `document-${name}.pdf`);
      await writeFile(path, content, { mode: 0o600 });
      const { signatures } = await checkPdf(path, limits);
      return { name, bytes: content, path, signatures, sha256: createHash('sha256').update(content).digest('hex') };
    }),
  );
}

/** Who pays. Undefined if the Optimizer holds it. @throws VideoIdError SECRET_NOT_FOUND */
export async function billingOf({ billing }: RegistrationAuthorityConfig): Promise<BillingCredentials | undefined> {
  if (billing === undefined) return undefined;
  return { username: await resolveSecret(billing.username), password: await resolveSecret(billing.password) };
}

/** What the environment's Optimizer is called with. */
export function optimizerOf({ optimizer, env, ca, proxy, timeouts }: EnvironmentConfig) {
  return { baseUrl: optimizer, env, timeouts, ...defined({ ca, proxy }) };
}
