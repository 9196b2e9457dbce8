import { join } from 'node:path';
import type { Started } from '../../src/client.js';
import { AUTHORITIES } from '../local-config.js';
import { DEED, ORGANISATION_FIELDS, PROFILES, SAMPLES } from '../people/requester.js';
import { CertifiedOperator, Enrollee, Supplier } from './enrolment-people.js';
import type { EnrolmentRole } from './enrolment-role.js';
import { Reviewer } from './reviewer.js';
import { emailOf, isEnrolment, isSignature, type Person, type Scene } from './scene.js';
import type { SignatureRole } from './signature-role.js';
import { SignatureSigner } from './signature-signer.js';

/** The differences between the flows: how a request begins, and which people act. */
export interface FlowPlay {
  start: () => Promise<Started>;
  people: Person[];
}

const DOCUMENTS = ['agreement.pdf', 'annex.pdf'];

export function flowPlayOf(scene: Scene): FlowPlay {
  if (isSignature(scene))
    return { start: () => startSignature(scene), people: [new SignatureSigner(scene), new Reviewer(scene)] };
  if (isEnrolment(scene)) {
    const people = [new Enrollee(scene), new CertifiedOperator(scene), new Supplier(scene), new Reviewer(scene)];
    return { start: () => startEnrolment(scene), people };
  }
  throw new Error(`Nobody plays the flow of ${scene.role.reference}.`);
}

function startSignature(scene: Scene<SignatureRole>): Promise<Started> {
  const names = DOCUMENTS.slice(0, scene.role.documents);
  const documents = names.map((name) => ({ name, content: join(SAMPLES, name) }));
  return scene.at.client.start({ ...inputOf(scene), documents });
}

function startEnrolment(scene: Scene<EnrolmentRole>): Promise<Started> {
  const { subject, data, untilIssued } = scene.role;
  const known = subject === 'organisation' && data === 'at-start';
  return scene.at.client.startEnrolment({
    ...inputOf(scene),
    profile: PROFILES[subject],
    untilIssued,
    ...(known ? { fields: ORGANISATION_FIELDS, documents: [DEED] } : {}),
  });
}

function inputOf({ role }: Scene) {
  return {
    reference: role.reference,
    registrationAuthority: AUTHORITIES[role.authority],
    signer: { email: emailOf(role), phone: role.phone },
    policy: role.policy,
  };
}
