import { oid, sequence } from './der.js';

/** QCP-n-qscd (ETSI EN 319 411-2). Only test certificates state it here. No trusted list knows them. */
export const QUALIFIED_POLICY = '0.4.0.194112.1.2';

const QC_STATEMENTS = '1.3.6.1.5.5.7.1.3';
const [COMPLIANCE, SSCD, TYPE, ESIGN] = ['0.4.0.1862.1.1', '0.4.0.1862.1.4', '0.4.0.1862.1.6', '0.4.0.1862.1.6.1'];

/** What a qualified certificate for signatures states (RFC 3739, ETSI EN 319 412-5): the arguments of an extension. */
export function qualifiedStatements(): [type: string, critical: boolean, value: ArrayBuffer] {
  const value = sequence(sequence(oid(COMPLIANCE)), sequence(oid(SSCD)), sequence(oid(TYPE), sequence(oid(ESIGN))));
  return [QC_STATEMENTS, false, value.toBER()];
}
