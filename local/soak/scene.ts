import { SandboxRefusal } from '../../sandbox/client/sandbox-client.js';
import type { AttemptKey } from '../../src/archive/archive.js';
import type { RequestStatus } from '../../src/messages/status.js';
import type { Officer } from '../people/officer.js';
import type { Signer } from '../people/signer.js';
import type { Asking } from './asking.js';
import type { Books } from './books.js';
import type { EnrolmentRole } from './enrolment-role.js';
import type { Histories } from './histories.js';
import type { SoakInstallation } from './installation.js';
import type { Role } from './role.js';
import type { SignatureRole } from './signature-role.js';

/** What all people around one request share. */
export interface Scene<R extends Role = Role> {
  at: SoakInstallation;
  histories: Histories;
  books: Books;
  role: R;
  signer: Signer;
  officer: Officer;
  asking: Asking;
  played: Played;
}

/** Actions of people that decide which ends are permitted. */
export interface Played {
  /** The answer to the requester's cancel. */
  cancel?: 'done' | 'refused';
  /** The RAO cancelled in the provider's console. */
  consoleCancelled: boolean;
  /** An operator gave the request up, and was answered that it takes effect. */
  gaveUp: boolean;
  /** An operator accepted files that do not verify. */
  acceptedFiles: boolean;
  /** Codes and other secrets that were provided for signing, each once. */
  typed: number;
  /** The requester asked for a new video request. */
  newVideo: boolean;
}

/** A person who looks at a request from time to time, and acts when necessary. */
export interface Person {
  act(status: RequestStatus): Promise<void>;
}

export function isEnrolment(scene: Scene): scene is Scene<EnrolmentRole> {
  return scene.role.flow === 'enrolment';
}

export function isSignature(scene: Scene): scene is Scene<SignatureRole> {
  return scene.role.flow === 'signature';
}

/** A soak makes one attempt of each request. */
export function keyOf({ flow, reference }: Pick<Role, 'flow' | 'reference'>): AttemptKey {
  return { flow, reference, attempt: 1 };
}

/** Each signer has a different address, so what was made for it belongs to this request. */
export function emailOf({ reference }: Pick<Role, 'reference'>): string {
  return `${reference}@example.com`;
}

/** The request's id at the provider, when it is known. */
export function pkOf({ provider }: RequestStatus): string | undefined {
  return provider.requestPk;
}

/** Does something at the provider and records it. Returns false if the provider refuses because it is too late. */
export async function unlessTooLate(
  { books, role }: Scene,
  what: string,
  act: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await act();
  } catch (error) {
    if (error instanceof SandboxRefusal) return false;
    throw error;
  }
  books.did(role.reference, what);
  return true;
}
