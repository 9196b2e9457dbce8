import { OID } from './algorithms.js';
import { policiesHold } from './certificate-policies.js';
import type { ReadCertificate } from './cms.js';
import { namesHold } from './name-constraints.js';
import { knowsStatements } from './qc-statements.js';

/** Extensions that are checked here, or that matter only for revocation. */
const HANDLED = new Set<string>([
  OID.keyUsage,
  OID.basicConstraints,
  OID.extendedKeyUsage,
  OID.subjectAlternativeName,
  OID.issuerAlternativeName,
  OID.subjectDirectoryAttributes,
  OID.revocationListPlaces,
  OID.certificatePolicies,
  OID.policyConstraints,
  OID.policyMappings,
  OID.inhibitAnyPolicy,
  OID.nameConstraints,
]);

export type ConstraintReason = 'certificate-unsuitable' | 'certificate-constraints-unchecked';

/** Whether the constraints in the certificates of a chain are violated, or cannot be checked. */
export function constraintReasons(path: readonly ReadCertificate[]): ConstraintReason[] {
  const answers = [policiesHold(path), namesHold(path)];
  return [
    ...(answers.includes('no') ? ['certificate-unsuitable' as const] : []),
    ...(answers.includes('unknown') || path.slice(0, -1).some(hasUnknownCritical) || isRootUnknown(path)
      ? ['certificate-constraints-unchecked' as const]
      : []),
  ];
}

/** A root may itself be the signer's certificate. It is then checked like any other. */
function isRootUnknown(path: readonly ReadCertificate[]): boolean {
  return path.length === 1 && path.some(hasUnknownCritical);
}

function hasUnknownCritical(certificate: ReadCertificate): boolean {
  const critical = (certificate.fields().extensions ?? []).filter((extension) => extension.critical);
  return critical.some(({ extnID }) =>
    extnID === OID.qcStatements ? !knowsStatements(certificate) : !HANDLED.has(extnID),
  );
}
