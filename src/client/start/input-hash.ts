import { createHash } from 'node:crypto';
import type { Flow } from '../../messages/request.js';
import { canonicalJson } from '../../security/canonical-json.js';

/** The values that must be equal in two starts of the same request. */
export interface CanonicalInput {
  flow: Flow;
  environment: string;
  registrationAuthority: string;
  profile: string;
  signer: { email: string; phone: string; expected?: { documentNumber: string; name?: string } | undefined };
  /** In the order given. */
  documents: { name: string; sha256: string }[];
  /** Fields of enrolments only. */
  enrolment?: { secureElement: string; validityTime: string; fields: Record<string, string>; untilIssued: boolean };
  /** Left out if there is none. */
  metadata?: Record<string, string> | undefined;
  /** Only the overrides of this start, durations in milliseconds. */
  policy: unknown;
}

/** SHA-256 of the canonical JSON of an input, lower-case hex. It depends on personal data, so it stays in the archive. */
export function inputHash(input: CanonicalInput): string {
  const { flow, environment, registrationAuthority, profile, enrolment, metadata, policy } = input;
  const { email, phone, expected } = input.signer;
  const signer = { email, phone, expected };
  const documents = input.documents.map(({ name, sha256 }) => ({ name, sha256 }));
  const canonical = canonicalJson({
    flow,
    environment,
    registrationAuthority,
    profile,
    signer,
    documents,
    enrolment,
    metadata,
    policy,
  });
  return createHash('sha256').update(canonical).digest('hex');
}
