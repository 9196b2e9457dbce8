import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CommonRequest } from './common-request.js';
import { type Person, somebody } from './person.js';
import type { Enrolment, EnrolmentOrder } from '../registration-authority/enrolment.js';
import type { DocumentType } from '../state/document-files.js';
import { readJsonFolder, writeJson } from '../state/files.js';
import type { Status } from './statuses.js';

/** A document that was uploaded. */
export interface HeldDocument {
  uid: string;
  /** The name of the multipart part. */
  key: string;
  filename: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  uploadedAt: string;
  /** Its files that were deleted, while the other one stayed. */
  gone?: DocumentType[];
}

/** A text message on the signer's phone. */
export interface PhoneMessage {
  at: string;
  text: string;
  code: string;
}

/** Everything that the provider knows about one signature request. */
export interface SignatureRequest extends CommonRequest {
  kind: 'signature';
  env: string;
  /** Fields that Update Request set before the video. */
  updated: Record<string, string>;
  /** The person in front of the camera. */
  person?: Person;
  documents: HeldDocument[];
  code?: { value: string; at: number; wrongTries: number };
  messages: PhoneMessage[];
  /** When signed files become available, epoch milliseconds. Null: when a control call makes them available. */
  filesFrom?: number | null;
  /** Cancelled only at the Optimizer, where its folder is gone. */
  folderRemoved: boolean;
  /** Who approved through the API. */
  approvingRao?: string;
}

export type ProviderRequest = SignatureRequest | Enrolment;

/** All requests: in memory, and each in its own file. */
export class RequestStore {
  private readonly byPk = new Map<number, ProviderRequest>();
  private readonly byVideoidPk = new Map<number, ProviderRequest>();
  private readonly byLink = new Map<string, ProviderRequest>();
  private readonly byEnrolToken = new Map<string, Enrolment>();
  private readonly byScratchcard = new Map<string, Enrolment>();
  private nextPk: number;

  constructor(private readonly folder: string) {
    for (const value of readJsonFolder(folder))
      this.keep({ kind: 'signature', ...(value as object) } as ProviderRequest);
    this.nextPk = Math.max(firstPk(), ...[...this.byPk.keys()].map((pk) => pk + 1));
  }

  /** A new signature request in VIDEOPENDING. It is not saved yet. */
  make(
    order: Pick<SignatureRequest, 'registrationAuthority' | 'profile' | 'env' | 'email' | 'phone'>,
  ): SignatureRequest {
    return {
      ...this.begun(),
      ...order,
      kind: 'signature',
      scratchcard: String(randomInt(1_000_000, 9_999_999)),
      updated: {},
      person: somebody(),
      documents: [],
      messages: [],
      folderRemoved: false,
    };
  }

  /** A new enrolment. It is not saved yet. Without video identification, it begins in CREATED. */
  makeEnrolment(order: EnrolmentOrder): Enrolment {
    return {
      ...this.begun(),
      ...order,
      kind: 'enrolment',
      status: order.videoMode ? 'VIDEOPENDING' : 'CREATED',
      videoFields: [],
      videoIdentifier: randomUUID(),
      enrolToken: randomBytes(16).toString('hex'),
      documents: [],
      documentsEver: 0,
      revision: 1,
      mails: [],
    };
  }

  save(request: ProviderRequest): void {
    this.keep(request);
    writeJson(join(this.folder, `${request.pk}.json`), request);
  }

  find(pk: string | number): SignatureRequest | undefined {
    return signature(this.byPk.get(Number(pk)));
  }

  /** A request of either kind, by its own number or by that of its video. */
  findAny(pk: string | number): ProviderRequest | undefined {
    return this.byPk.get(Number(pk)) ?? this.byVideoidPk.get(Number(pk));
  }

  findByVideoidPk(videoidPk: string | number): SignatureRequest | undefined {
    return signature(this.byVideoidPk.get(Number(videoidPk)));
  }

  findEnrolment(pk: string | number): Enrolment | undefined {
    return enrolment(this.byPk.get(Number(pk)));
  }

  findByLink(token: string): ProviderRequest | undefined {
    return this.byLink.get(token);
  }

  findByEnrolToken(token: string): Enrolment | undefined {
    return this.byEnrolToken.get(token);
  }

  /** The enrolment that used a card. */
  findByScratchcard(sn: string): Enrolment | undefined {
    return this.byScratchcard.get(sn);
  }

  /** Signature requests, newest first. */
  list(): SignatureRequest[] {
    return this.all().filter((request) => request.kind === 'signature');
  }

  /** Enrolments, newest first. */
  enrolments(): Enrolment[] {
    return this.all().filter((request) => request.kind === 'enrolment');
  }

  /** Newest first. */
  all(): ProviderRequest[] {
    return [...this.byPk.values()].toReversed();
  }

  private begun() {
    const pk = this.nextPk;
    this.nextPk += 1;
    return {
      pk,
      // The ranges of the two numbers differ, so a caller who confuses them finds nothing.
      videoidPk: pk + 400_000_000,
      linkToken: randomBytes(48).toString('base64url'),
      createdAt: new Date().toISOString(),
      status: 'VIDEOPENDING' as Status,
      history: [],
      videoTries: 0,
      callbacks: [],
      lastCallbackId: 0,
      done: {},
    };
  }

  private keep(request: ProviderRequest): void {
    this.byPk.set(request.pk, request);
    this.byVideoidPk.set(request.videoidPk, request);
    this.byLink.set(request.linkToken, request);
    if (request.kind === 'signature') return;
    this.byEnrolToken.set(request.enrolToken, request);
    this.byScratchcard.set(request.scratchcard, request);
  }
}

/** Seconds since 2023, so that a fresh state does not repeat the numbers of an older one. */
function firstPk(): number {
  return Math.floor(Date.now() / 1000) - 1_672_531_200;
}

function signature(request: ProviderRequest | undefined): SignatureRequest | undefined {
  return request?.kind === 'signature' ? request : undefined;
}

function enrolment(request: ProviderRequest | undefined): Enrolment | undefined {
  return request?.kind === 'enrolment' ? request : undefined;
}
