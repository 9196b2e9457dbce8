import { join } from 'node:path';
import type { Started } from '../../src/client.js';
import { AUTHORITIES } from '../local-config.js';
import { PROJECT } from '../project.js';
import { ORGANISATION, PROFILES } from '../sample-enrolments.js';
import { CertifiedOperator, DEED_DOCUMENT, Enrollee, Supplier } from './enrolment-people.js';
import type { EnrolmentRole } from './enrolment-role.js';
import { Officer } from './officer.js';
import { emailOf } from './provider.js';
import { isEnrolment, isSignature, type Person, type Scene } from './scene.js';
import type { SignatureRole } from './signature-role.js';
import { Signer } from './signer.js';

/** What differs between the flows: how a request begins, and who is around it. */
export interface FlowPlay {
  start: () => Promise<Started>;
  people: Person[];
}

const SAMPLES = ['agreement.pdf', 'annex.pdf'];

export function flowPlayOf(scene: Scene): FlowPlay {
  if (isSignature(scene))
    return { start: () => startSignature(scene), people: [new Signer(scene), new Officer(scene)] };
  if (isEnrolment(scene)) {
    const people = [new Enrollee(scene), new CertifiedOperator(scene), new Supplier(scene), new Officer(scene)];
    return { start: () => startEnrolment(scene), people };
  }
  throw new Error(`Nobody plays the flow of ${scene.role.reference}.`);
}

function startSignature(scene: Scene<SignatureRole>): Promise<Started> {
  const names = SAMPLES.slice(0, scene.role.documents);
  const documents = names.map((name) => ({ name, content: join(PROJECT, 'samples', name) }));
  return scene.at.client.start({ ...inputOf(scene), documents });
}

function startEnrolment(scene: Scene<EnrolmentRole>): Promise<Started> {
  const { subject, data, untilIssued } = scene.role;
  const known = subject === 'organisation' && data === 'at-start';
  return scene.at.client.startEnrolment({
    ...inputOf(scene),
    profile: PROFILES[subject],
    untilIssued,
    ...(known ? { fields: ORGANISATION, documents: [DEED_DOCUMENT] } : {}),
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
