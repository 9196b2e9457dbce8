import type { Config, EnvironmentConfig } from '../../config.js';
import { isPlainOutside } from '../../config/values.js';
import { VideoIdError } from '../../messages/failures.js';
import { readRoots } from '../../signatures/cms/certificate-chain.js';
import { readRootFiles } from '../../signatures/root-files.js';
import { ProviderError } from '../../uanataca/errors.js';
import { Optimizers } from '../../uanataca/one-shot/optimizers.js';
import { check, type Check, CHECKED_WITHIN } from './check.js';
import { withFiles } from './files.js';

/** Checks every provider environment: its Optimizer answers, and its roots exist. */
export async function providerChecks({ environments, registrationAuthorities }: Config): Promise<Check[]> {
  const optimizers = new Optimizers(quickly(environments));
  const checks: Check[] = [];
  try {
    const found = Object.entries(environments).map(async ([name, environment]) => [
      await optimizerCheck(optimizers, name, environment),
      await rootsCheck(name, environment),
      ...plainHttpChecks(name, environment),
    ]);
    checks.push(...(await Promise.all(found)).flat());
  } finally {
    await optimizers.close();
  }
  if (Object.keys(registrationAuthorities).length === 0) {
    checks.push({
      name: 'registration authorities',
      state: 'fail',
      words: 'there is none, so nothing can be started',
      remedy: 'Add one to registrationAuthorities, and its environment to environments.',
    });
  }
  return checks;
}

/**
 * The same environments. But a server that does not answer is not waited for as long as a step waits. A connection that fails is
 * looked at once more, so it gets half the time.
 */
export function quickly(environments: Config['environments']): Config['environments'] {
  return Object.fromEntries(
    Object.entries(environments).map(([name, each]) => [name, { ...each, timeouts: sooner(each.timeouts) }]),
  );
}

function sooner({ connect, answer, body }: EnvironmentConfig['timeouts']): EnvironmentConfig['timeouts'] {
  return {
    connect: Math.min(connect, CHECKED_WITHIN / 2),
    answer: Math.min(answer, CHECKED_WITHIN),
    body: Math.min(body, CHECKED_WITHIN),
  };
}

async function optimizerCheck(
  optimizers: Optimizers,
  name: string,
  { optimizer, env }: EnvironmentConfig,
): Promise<Check> {
  return await check(`Optimizer ${name}`, async () => {
    await asked(`environments.${name}`, () => optimizers.of(name).ping());
    return { words: `${optimizer} answers, env ${env}` };
  });
}

/** An answer of the provider. @throws VideoIdError with the cause, and with the setting it is about */
export async function asked<T>(field: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const remedy = error.remedy ?? 'Check the address, the credentials, and the network between here and there.';
    throw new VideoIdError(error.code, error.words, { field, remedy, cause: error });
  }
}

/** Shows the reason for reaching a real Optimizer without TLS. */
function plainHttpChecks(name: string, { env, optimizer, plainHttpReason }: EnvironmentConfig): Check[] {
  if (env !== 'prod' || plainHttpReason === undefined || !isPlainOutside(optimizer)) return [];
  return [
    {
      name: `plain http to ${name}`,
      state: 'warn',
      words: plainHttpReason,
      remedy: 'Credentials and codes are sent in clear text. Use https:// when the reason no longer applies.',
    },
  ];
}

async function rootsCheck(name: string, { roots }: EnvironmentConfig): Promise<Check> {
  return await check(`roots of ${name}`, async () => {
    const { length: certificates } = (await readRootFiles(name, roots)).flatMap(readRoots);
    const files = roots.map((path) => ({ reference: `file:${path}`, secret: false }));
    return certificates === 0
      ? {
          state: 'warn',
          words: 'none, so no signature can pass verification',
          remedy: `Name the provider's root certificates in environments.${name}.roots.`,
        }
      : await withFiles({ words: `${certificates} certificate(s)` }, files);
  });
}
