import { defined } from '../messages/defined.js';
import type { OfficerConfig } from '../config.js';
import { resolveSecret, Secret } from '../security/secret.js';
import type { RaoCredentials, RaoLogin } from '../uanataca/credentials.js';
import type { People } from './people.js';

/** An officer's credentials for the Optimizer. What the settings lack is asked for. @throws VideoIdError, Stopped */
export async function officerFrom(officer: OfficerConfig, people: People): Promise<RaoCredentials> {
  const token = await stored(officer.token);
  if (token === undefined) return loginFrom(officer, people);
  const [password, pin] = [await stored(officer.password), await stored(officer.pin)];
  return { rao: officer.rao, token, ...defined({ password, pin }) };
}

/** All credentials of an officer, as the Registration Authority API needs them. @throws VideoIdError, Stopped */
export async function loginFrom(officer: OfficerConfig, people: People): Promise<RaoLogin> {
  const typed = async (name: string) => new Secret(await people.secret(`    The officer’s ${name}`));
  return {
    rao: officer.rao,
    username: (await stored(officer.username)) ?? (await typed('user name')),
    password: (await stored(officer.password)) ?? (await typed('password')),
    pin: (await stored(officer.pin)) ?? (await typed('PIN')),
  };
}

async function stored(reference: string | undefined): Promise<Secret | undefined> {
  return reference === undefined ? undefined : resolveSecret(reference);
}
