import * as asn1js from 'asn1js';
import { CertificatePolicies, PolicyConstraints } from 'pkijs';

import { OID } from './algorithms.js';
import type { ReadCertificate } from './cms.js';

/**
 * Whether the policies of a chain's certificates agree, if one of them requires it (RFC 5280, 6.1; any policy is acceptable). `unknown` if
 * the answer depends on a policy mapping, which is not followed here.
 *
 * @param path from the first certificate to the root; the root's own extensions do not count
 */
export function policiesHold(path: readonly ReadCertificate[]): 'yes' | 'no' | 'unknown' {
  const down = path.slice(0, -1).toReversed();
  let valid: ReadonlySet<string> | 'any' = 'any';
  let [explicit, anyAllowed] = [Infinity, Infinity];
  let mapped = false;
  for (const [index, certificate] of down.entries()) {
    const isLast = index === down.length - 1;
    const isOfItself = certificate.x509.subject === certificate.x509.issuer;
    valid = narrowed(valid, policiesOf(certificate), anyAllowed > 0 || (isOfItself && !isLast));
    if (explicit <= 0 && valid !== 'any' && valid.size === 0) return mapped ? 'unknown' : 'no';
    if (!isOfItself || isLast) {
      explicit -= 1;
      anyAllowed -= 1;
    }
    const { require, inhibit } = constraintsOf(certificate);
    if (!isLast || require === 0) explicit = Math.min(explicit, require);
    anyAllowed = Math.min(anyAllowed, inhibit);
    mapped ||= certificate.extension(OID.policyMappings) !== undefined;
  }
  if (explicit > 0 || valid === 'any' || valid.size > 0) return 'yes';
  return mapped ? 'unknown' : 'no';
}

/** The policies that a certificate names. Undefined if it names none. */
export function policiesOf(certificate: ReadCertificate): string[] | undefined {
  const policies = certificate.extension(OID.certificatePolicies)?.parsed();
  if (!(policies instanceof CertificatePolicies)) return undefined;
  return policies.certificatePolicies.map(({ policyIdentifier }) => policyIdentifier);
}

function narrowed(
  valid: ReadonlySet<string> | 'any',
  named: readonly string[] | undefined,
  anyCounts: boolean,
): ReadonlySet<string> | 'any' {
  if (named === undefined) return new Set();
  if (named.includes(OID.anyPolicy) && anyCounts) return valid;
  const own = named.filter((policy) => policy !== OID.anyPolicy);
  return new Set(valid === 'any' ? own : own.filter((policy) => valid.has(policy)));
}

function constraintsOf(certificate: ReadCertificate): { require: number; inhibit: number } {
  const constraints = certificate.extension(OID.policyConstraints)?.parsed();
  const require = constraints instanceof PolicyConstraints ? constraints.requireExplicitPolicy : undefined;
  const inhibit = certificate.extension(OID.inhibitAnyPolicy)?.parsed();
  return {
    require: require ?? Infinity,
    inhibit: inhibit instanceof asn1js.Integer ? inhibit.valueBlock.valueDec : Infinity,
  };
}
