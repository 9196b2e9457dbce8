import { AltName, NameConstraints, RelativeDistinguishedNames, type GeneralName } from 'pkijs';

import { OID } from './algorithms.js';
import type { ReadCertificate } from './cms.js';

const [EMAIL, DIRECTORY] = [1, 4];
const EMAIL_ATTRIBUTE = '1.2.840.113549.1.9.1';

/**
 * Whether the issuers of a chain may give the names in it (RFC 5280, 4.2.1.10). Names of people and organisations and e-mail addresses
 * are compared. `unknown` if an issuer constrains another kind of name, and a certificate has such a name.
 *
 * @param path from the first certificate to the root; the root's own extensions do not count
 */
export function namesHold(path: readonly ReadCertificate[]): 'yes' | 'no' | 'unknown' {
  const answers = path.slice(0, -1).flatMap((issuer, place) => {
    const constraints = issuer.extension(OID.nameConstraints)?.parsed();
    if (!(constraints instanceof NameConstraints)) return [];
    return path
      .slice(0, place)
      .filter(({ x509 }, below) => below === 0 || x509.subject !== x509.issuer)
      .flatMap((certificate) => namesOf(certificate).map((name) => isAllowed(name, constraints)));
  });
  return answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes';
}

/** A name of a certificate: its kind as GeneralName numbers them. */
interface Name {
  type: number;
  value: unknown;
}

function namesOf(certificate: ReadCertificate): Name[] {
  const { subject } = certificate.fields();
  const emails = subject.typesAndValues.filter(({ type }) => type === EMAIL_ATTRIBUTE);
  const alternative = certificate.extension(OID.subjectAlternativeName)?.parsed();
  return [
    ...(subject.typesAndValues.length === 0 ? [] : [{ type: DIRECTORY, value: subject }]),
    ...emails.map(({ value }) => ({ type: EMAIL, value: value.valueBlock.value as unknown })),
    ...(alternative instanceof AltName
      ? alternative.altNames.map(({ type, value }) => ({ type, value: value as unknown }))
      : []),
  ];
}

function isAllowed(name: Name, constraints: NameConstraints): 'yes' | 'no' | 'unknown' {
  const permitted = basesOf(constraints.permittedSubtrees, name);
  const excluded = basesOf(constraints.excludedSubtrees, name);
  if (permitted.length + excluded.length === 0) return 'yes';
  if (name.type !== EMAIL && name.type !== DIRECTORY) return 'unknown';
  if (excluded.some((base) => lies(name, base))) return 'no';
  return permitted.length === 0 || permitted.some((base) => lies(name, base)) ? 'yes' : 'no';
}

function basesOf(subtrees: { base: GeneralName }[] | undefined, { type }: Name): unknown[] {
  return (subtrees ?? []).filter(({ base }) => base.type === type).map(({ base }) => base.value as unknown);
}

function lies(name: Name, base: unknown): boolean {
  if (name.type === EMAIL) return liesInMail(String(name.value).toLowerCase(), String(base).toLowerCase());
  const { value } = name;
  if (!(value instanceof RelativeDistinguishedNames) || !(base instanceof RelativeDistinguishedNames)) return false;
  return (
    base.typesAndValues.length <= value.typesAndValues.length &&
    base.typesAndValues.every((part, index) => {
      const own = value.typesAndValues[index];
      return own !== undefined && part.isEqual(own);
    })
  );
}

/** A constraint is an address, a host, or a dot and a domain for all hosts below it. */
function liesInMail(address: string, bound: string): boolean {
  if (bound.includes('@')) return address === bound;
  const host = address.slice(address.lastIndexOf('@') + 1);
  return bound.startsWith('.') ? host.endsWith(bound) : host === bound;
}
