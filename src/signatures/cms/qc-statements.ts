import { OID } from './algorithms.js';
import type { ReadCertificate } from './cms.js';
import { policiesOf } from './certificate-policies.js';
import { childrenOf, firstElement, oidOf, type DerElement } from './der-elements.js';

const STATEMENT = {
  compliance: '0.4.0.1862.1.1',
  limit: '0.4.0.1862.1.2',
  retention: '0.4.0.1862.1.3',
  sscd: '0.4.0.1862.1.4',
  disclosure: '0.4.0.1862.1.5',
  type: '0.4.0.1862.1.6',
  countries: '0.4.0.1862.1.7',
  syntax1: '1.3.6.1.5.5.7.11.1',
  syntax2: '1.3.6.1.5.5.7.11.2',
} as const;
const TYPES: Readonly<Record<string, QcType>> = {
  '0.4.0.1862.1.6.1': 'esign',
  '0.4.0.1862.1.6.2': 'eseal',
  '0.4.0.1862.1.6.3': 'web',
};
/** Certificate policies of ETSI EN 319 411-1 and 319 411-2, by the names those give them. */
const LEVELS: Readonly<Record<string, string>> = {
  '0.4.0.2042.1.1': 'NCP',
  '0.4.0.2042.1.2': 'NCP+',
  '0.4.0.2042.1.3': 'LCP',
  '0.4.0.194112.1.0': 'QCP-n',
  '0.4.0.194112.1.1': 'QCP-l',
  '0.4.0.194112.1.2': 'QCP-n-qscd',
  '0.4.0.194112.1.3': 'QCP-l-qscd',
};

export type QcType = 'esign' | 'eseal' | 'web';

/** What a certificate states about itself (RFC 3739, ETSI EN 319 412-5). Only the trusted list says whether it is true. */
export interface CertificateClaims {
  compliance: boolean;
  sscd: boolean;
  types: QcType[];
  /** Those of its policies that have a level defined by ETSI. */
  levels: string[];
}

/** Throws plain errors if the extensions cannot be read. */
export function claimsOf(certificate: ReadCertificate): CertificateClaims {
  const statements = statementsOf(certificate);
  const type = statements.find(({ oid }) => oid === STATEMENT.type)?.info;
  return {
    compliance: statements.some(({ oid }) => oid === STATEMENT.compliance),
    sscd: statements.some(({ oid }) => oid === STATEMENT.sscd),
    types: type === undefined ? [] : childrenOf(type).flatMap((each) => TYPES[oidOf(each)] ?? []),
    levels: (policiesOf(certificate) ?? []).flatMap((policy) => LEVELS[policy] ?? []),
  };
}

/** Whether every statement is known. If the extension is critical, all must be (RFC 3739, 3.2.6). */
export function knowsStatements(certificate: ReadCertificate): boolean {
  const known = new Set<string>(Object.values(STATEMENT));
  return statementsOf(certificate).every(({ oid }) => known.has(oid));
}

function statementsOf(certificate: ReadCertificate): { oid: string; info: DerElement | undefined }[] {
  const extension = certificate.extension(OID.qcStatements);
  if (extension === undefined) return [];
  return childrenOf(firstElement(extension.value)).map((statement) => {
    const [oid, info] = childrenOf(statement);
    return { oid: oidOf(oid), info };
  });
}
