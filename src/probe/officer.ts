import { defined } from '../messages/defined.js';
import type { OfficerConfig } from '../config.js';
import { resolveSecret, Secret } from '../security/secret.js';
import type { RaoCredentials, RaoLogin } from '../uanataca/credentials.js';
import type { People } from './people.js';
import type { Tried } from './run.js';

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

/**
 * Whether a call was refused for the form or the name of the officer's id, so that it may be tried in the other one. Credentials that
 * were looked at and refused must not be sent again: that may lock the officer out.
 */
export function isAboutRaoField({ error, last }: Tried<unknown>): boolean {
  if (error?.kind !== 'refused' || (error.status !== 400 && error.status !== 422)) return false;
  const words = last?.envelope?.text ?? '';
  if (/incomplete RAO's credentials/i.test(words)) return true;
  return error.code !== 'CREDENTIALS_REFUSED' && RAO_FIELD.test(words);
}

/** The field, and what is wrong with a field: "rao: value is not a valid integer", "field required". */
const RAO_FIELD =
  /\brao(_id)?\b.{0,80}\b(integer|number|string|type|required|missing)\b|\b(required|missing)\b.{0,80}\brao(_id)?\b/i;
