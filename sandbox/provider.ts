import { Refusal } from './calls/answers.js';
import type { CallLog } from './calls/call-log.js';
import type { Callbacks } from './callbacks/callbacks.js';
import type { Likeness } from './like/likeness.js';
import type { TestAuthority } from './signing/certificates.js';
import type { DocumentFiles } from './state/document-files.js';
import { numberParameter, type Faults } from './faults/faults.js';
import type { RaoCredentials } from './requests/raos.js';
import { carryOut } from './registration-authority/consequences.js';
import type { ProviderRequest, RequestStore, SignatureRequest } from './requests/requests.js';
import type { SettingsStore } from './settings/store.js';
import type { Enrolment } from './registration-authority/enrolment.js';
import type { ScratchcardStock } from './registration-authority/scratchcards.js';
import type { Behaviour } from './settings/settings.js';
import { type Cause, VIDEO_OPEN } from './requests/statuses.js';
import { apply, CREATED_EVENT, isPossible } from './requests/transitions.js';

/** What the signer can do on the video page. */
export type VideoResult = 'finished' | 'incomplete' | 'error' | 'retry';
export const VIDEO_RESULTS: readonly VideoResult[] = ['finished', 'incomplete', 'error', 'retry'];

/** What the RAO can do in the provider's own console. */
export type ConsoleAct = 'approve' | 'refuse' | 'cancel';
export const CONSOLE_ACTS: readonly ConsoleAct[] = ['approve', 'refuse', 'cancel'];

/** The parts of the simulated provider. */
export interface ProviderParts {
  settings: SettingsStore;
  requests: RequestStore;
  scratchcards: ScratchcardStock;
  files: DocumentFiles;
  raos: RaoCredentials;
  faults: Faults;
  calls: CallLog;
  callbacks: Callbacks;
  authority: TestAuthority;
  /** A provider to be like. */
  likeness: Likeness | undefined;
  log: (event: string, facts?: Record<string, string | number>) => void;
}

/** The simulated provider: everything that the API, the signer's page or the console can do to a request. */
export class Provider {
  /** Where it listens. Set when it listens. */
  url = '';
  /** Base URL of the Registration Authority API, if there is one. */
  raApi: string | undefined;
  private readonly later = new Set<NodeJS.Timeout>();
  private readonly queues = new Map<number, Promise<unknown>>();

  constructor(readonly parts: ProviderParts) {}

  behaviourOf(request: ProviderRequest): Behaviour {
    return this.parts.settings.behaviour(request.registrationAuthority);
  }

  /** Saves a new request and announces it. */
  begin(request: ProviderRequest): void {
    request.history.push({ status: request.status, at: request.createdAt, cause: 'created' });
    carryOut(request, 'created', this.behaviourOf(request), this);
    this.parts.callbacks.announce(request, CREATED_EVENT);
    this.settle(request);
  }

  /** Changes the status, saves and announces. @throws Refusal 412 if the status does not allow it */
  move(request: ProviderRequest, cause: Cause): void {
    const previous = request.status;
    const event = apply(request, cause, this.behaviourOf(request));
    if (event === undefined) throw new Refusal(412, 'Invalid request status');
    carryOut(request, cause, this.behaviourOf(request), this);
    if (event !== null) this.parts.callbacks.announce(request, event, previous);
    this.settle(request);
    this.parts.log('status', { request: request.pk, from: previous, to: request.status });
  }

  /** Saves a request and sends its callbacks. */
  settle(request: ProviderRequest): void {
    this.parts.requests.save(request);
    this.parts.callbacks.wake(request);
  }

  /** What the signer does on the video page. @throws Refusal 412 if the video is no longer open */
  video(request: ProviderRequest, result: VideoResult): void {
    if (result === 'retry') return this.move(request, 'video-retried');
    if (!isPossible(request, 'video-finished', this.behaviourOf(request))) {
      throw new Refusal(412, 'Invalid request status');
    }
    const { videoTries, linkLifetime } = this.behaviourOf(request);
    const expired = linkLifetime > 0 && Date.now() > Date.parse(request.createdAt) + linkLifetime;
    if (expired) throw new Refusal(410, 'The link has expired');
    if (videoTries > 0 && request.videoTries >= videoTries) throw new Refusal(410, 'No tries left');
    request.videoTries += 1;
    const met = this.parts.faults.meet({
      moments: ['signer'],
      endpoint: 'video',
      request: request.pk,
      registrationAuthority: request.registrationAuthority,
      phone: request.phone,
    });
    const incomplete = met.find((fault) => fault.order.name === 'video-incomplete-first');
    if (result === 'error' || met.some((fault) => fault.order.name === 'video-error')) {
      this.move(request, 'video-failed');
    } else if (result === 'incomplete') {
      this.move(request, 'video-incomplete');
    } else if (incomplete !== undefined) {
      request.reviewFrom = Date.now() + numberParameter(incomplete, 'ms');
      this.move(request, 'video-incomplete');
      this.reviewLater(request, request.reviewFrom);
    } else {
      this.move(request, 'video-finished');
    }
    return undefined;
  }

  /** Approves. There may be two steps: the first leads from VIDEOREVIEW to CREATED (§4.4). @throws Refusal */
  approve(request: SignatureRequest): void {
    const firstOfTwo = this.behaviourOf(request).approval === 'two-step' && request.status === 'VIDEOREVIEW';
    this.move(request, firstOfTwo ? 'validated' : 'approved');
  }

  /** @throws Refusal */
  refuse(request: ProviderRequest, reason: string): void {
    if (request.status === 'VIDEOREVIEW') request.refusalReason = reason;
    this.move(request, 'refused');
  }

  /** The RAO acts in the provider's own console, without the API. @throws Refusal */
  console(request: SignatureRequest, act: ConsoleAct, reason: string): void {
    if (act === 'approve') this.approve(request);
    else if (act === 'refuse') this.refuse(request, reason);
    else this.move(request, 'cancelled');
  }

  /** The signer's video link. */
  linkOf(request: ProviderRequest): string {
    return `${this.pages}/lcmpl/videoid/${request.linkToken}`;
  }

  /** The pre-authorised link of an enrolment: its holder acts as the signer. */
  enrolLinkOf(request: Enrolment): string {
    return `${this.pages}/lcmpl/enrollment/auth/${request.enrolToken}`;
  }

  private get pages(): string {
    return this.parts.settings.all.publicUrl ?? this.url;
  }

  /** Starts the work on a request when earlier work on the same request has ended. */
  async oneAfterAnother<T>(request: ProviderRequest, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(request.pk) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.queues.set(request.pk, mine);
    try {
      return await mine;
    } finally {
      if (this.queues.get(request.pk) === mine) this.queues.delete(request.pk);
    }
  }

  /** Finishes the work that a stopped sandbox did not finish. */
  start(): void {
    for (const request of this.parts.requests.all()) {
      if (request.reviewFrom !== undefined) this.reviewLater(request, request.reviewFrom);
    }
    this.parts.callbacks.start();
  }

  close(): void {
    this.later.forEach((timer) => clearTimeout(timer));
  }

  private reviewLater(request: ProviderRequest, at: number): void {
    const timer = setTimeout(() => {
      this.later.delete(timer);
      delete request.reviewFrom;
      if (VIDEO_OPEN.includes(request.status)) this.move(request, 'video-finished');
      else this.settle(request);
    }, at - Date.now());
    this.later.add(timer);
  }
}
