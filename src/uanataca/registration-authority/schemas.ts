import { z } from 'zod';
import { defined } from '../../messages/defined.js';
import { FIELD_WORDS, type RequestFields, isFieldName } from '../../messages/request-fields.js';
import { Secret } from '../../security/secret.js';
import { isFields } from '../answers/fields.js';
import { id } from '../ids.js';
import { optionalText } from '../provider-request.js';

// Strict about values that we use, lenient about all others.

/** The secrets of a scratchcard (§8.1): the codes to revoke a certificate, to log in, to use it and to unblock it. */
export interface CardSecrets {
  erc?: Secret;
  enrollmentCode?: Secret;
  pin?: Secret;
  puk?: Secret;
}

/** A single-use card: each request takes one. */
export interface Scratchcard {
  /** Its serial number, which requests contain. */
  sn: string;
  secrets: CardSecrets;
  registrationAuthority: string | undefined;
}

const secretText = z
  .union([z.string().min(1), z.number()])
  .transform((value) => new Secret(String(value)))
  .optional()
  .catch(undefined);

const secretsSchema = z.object({ erc: secretText, enrollment_code: secretText, pin: secretText, puk: secretText });

/** Secrets arrive as an object, or as JSON in a string (§12.10). Missing ones are left out. */
export function secretsIn(value: unknown): CardSecrets {
  const read = secretsSchema.safeParse(typeof value === 'string' ? parsed(value) : value);
  if (!read.success) return {};
  const { erc, enrollment_code: enrollmentCode, pin, puk } = read.data;
  return defined({ erc, enrollmentCode, pin, puk });
}

const cardSchema = z.object({ sn: id, secrets: z.unknown().optional(), registration_authority: optionalText });

/** The scratchcard in an answer; `undefined` without a serial number. */
export function scratchcardIn(payload: unknown): Scratchcard | undefined {
  const read = cardSchema.safeParse(payload);
  if (!read.success) return undefined;
  const { sn, secrets, registration_authority: registrationAuthority } = read.data;
  return { sn, secrets: secretsIn(secrets), registrationAuthority };
}

/** `true`, `"true"` (§8.1). */
export function usedIn(payload: unknown): boolean | undefined {
  const said = String(payload).toLowerCase();
  return said === 'true' ? true : said === 'false' ? false : undefined;
}

/** The fields from people and from the video, as text. Empty fields are left out. */
export function fieldsIn(payload: unknown): RequestFields {
  if (!isFields(payload)) return {};
  return Object.fromEntries(
    Object.keys(FIELD_WORDS)
      .filter(isFieldName)
      .flatMap((name) => {
        const value = optionalText.parse(payload[name]);
        return value === undefined ? [] : [[name, value] as const];
      }),
  );
}

const nameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const missingSchema = z.array(
  z.union([
    nameSchema,
    z
      .tuple([nameSchema])
      .rest(z.unknown())
      .transform(([name]) => name),
  ]),
);

/** The names in `[["serial_number","missing"],…]` (§8.2). If nothing is missing, the list, object or body is empty. */
export function missingIn(payload: unknown): string[] | undefined {
  if (payload === undefined || payload === null) return [];
  if (isFields(payload)) return missingSchema.safeParse(Object.keys(payload)).data;
  return missingSchema.safeParse(payload).data;
}

const certificateSchema = z.object({
  serial_number: z.string(),
  profile: optionalText,
  valid: optionalText,
  valid_from: optionalText,
  valid_to: optionalText,
});

/** A certificate of a request (§8.2), without its subject and content. */
export interface IssuedCertificate {
  serialNumber: string;
  profile: string | undefined;
  /** `VALID`, `REVOKED`, `UNKNOW` (sic). */
  state: string | undefined;
  /** As the provider writes them: ISO 8601, with or without `Z`. */
  validFrom: string | undefined;
  validTo: string | undefined;
}

export function certificatesIn(value: unknown): IssuedCertificate[] {
  return (Array.isArray(value) ? (value as unknown[]) : []).flatMap((item) => {
    const read = certificateSchema.safeParse(item);
    if (!read.success) return [];
    const { serial_number: serialNumber, profile, valid: state, valid_from: validFrom, valid_to: validTo } = read.data;
    return [{ serialNumber, profile, state, validFrom, validTo }];
  });
}

export const declarationSchema = z.object({ serial_number: id, receipt: z.string().min(1) });

export const evidenceSchema = z.object({ pk: id });

export const preauthLinkSchema = z.object({ preauthenticatedlink: z.url({ protocol: /^https?$/ }) });

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
