import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { Delivery } from '../callbacks/callbacks.js';
import type { CallCounts, CallEntry } from '../calls/call-log.js';
import type { EnrolmentView, MailView, PhoneView, RequestView, SignatureView, StockView } from '../control/views.js';
import type { Fault, FaultOrder } from '../faults/faults.js';
import type { ConsoleAct, VideoResult } from '../provider.js';
import type { OperatorAct } from '../registration-authority/operator.js';
import type { ScratchcardSecrets } from '../registration-authority/scratchcards.js';
import type { personSchema } from '../requests/person.js';
import type { Settings } from '../settings/settings.js';

export type { ConsoleAct, EnrolmentView, FaultOrder, OperatorAct, RequestView, SignatureView, VideoResult };

/** The person in front of the camera, with the provider's field names. */
export type PersonOrder = z.input<typeof personSchema>;

/** The number of a request, or of its video. */
type Pk = string | number;

/** The longest time for an answer, in milliseconds. A forged callback waits for its receiver. */
const PATIENCE = 15_000;
/** The pause between two tries while the sandbox does not answer, in milliseconds. */
const AGAIN_AFTER = 200;

/** The sandbox refused a control call. Most often the act came too late. */
export class SandboxRefusal extends Error {
  override readonly name = 'SandboxRefusal';

  constructor(
    call: string,
    readonly status: number,
    words: string,
  ) {
    super(`The sandbox refused ${call} (${status}): ${words}`);
  }
}

/** The sandbox's control calls: what the signer, the RAO and the provider's staff do without the provider's APIs. */
export class SandboxClient {
  /**
   * @param url the sandbox's address, without a slash at the end
   * @param whenAway what a call does while the sandbox does not answer: it fails, or it waits until the sandbox is back
   */
  constructor(
    readonly url: string,
    private readonly whenAway: 'fail' | 'wait' = 'fail',
  ) {}

  /** A signature request. */
  request(pk: Pk): Promise<SignatureView> {
    return this.get(`requests/${pk}`);
  }

  enrolment(pk: Pk): Promise<EnrolmentView> {
    return this.get(`requests/${pk}`);
  }

  /** A request of either kind. */
  either(pk: Pk): Promise<RequestView> {
    return this.get(`requests/${pk}`);
  }

  /** Signature requests, the newest first. */
  requests(): Promise<SignatureView[]> {
    return this.get('requests?kind=signature');
  }

  /** The newest first. */
  enrolments(): Promise<EnrolmentView[]> {
    return this.get('requests?kind=enrolment');
  }

  /** Requests of either kind that were made for one signer, the newest first. */
  requestsOf(email: string): Promise<RequestView[]> {
    return this.get(`requests?email=${encodeURIComponent(email)}`);
  }

  /** What the signer does in the video session. @param person who is in front of the camera */
  video(pk: Pk, result: VideoResult, person?: PersonOrder): Promise<unknown> {
    return this.call('POST', `requests/${pk}/video`, { result, person });
  }

  /** From now on, the provider has another person's data. */
  person(pk: Pk, person: PersonOrder): Promise<unknown> {
    return this.call('POST', `requests/${pk}/person`, person);
  }

  /** The RAO decides about a signature request in the provider's console. */
  console(pk: Pk, act: ConsoleAct, reason?: string): Promise<unknown> {
    return this.call('POST', `requests/${pk}/console`, { do: act, reason });
  }

  /** The provider's certified operator, or the RAO in the provider's console, decides about an enrolment. */
  operator(pk: Pk, act: OperatorAct, reason?: string): Promise<unknown> {
    return this.call('POST', `requests/${pk}/operator`, { do: act, reason });
  }

  /** The signer picks up the certificate of an enrolment. */
  pickUp(pk: Pk): Promise<unknown> {
    return this.call('POST', `requests/${pk}/enrol`);
  }

  /** Makes the signed files available that a `files-late` fault holds back. */
  putFilesTogether(pk: Pk): Promise<unknown> {
    return this.call('POST', `requests/${pk}/files`);
  }

  /** A signer's phone. @param which its number, or the number of a request */
  phone(which: Pk): Promise<PhoneView> {
    return this.get(`phones/${encodeURIComponent(which)}`);
  }

  /** A signer's e-mails, the newest first. @param which an address, or the number of a request */
  async inbox(which: Pk): Promise<MailView[]> {
    return (await this.get<{ mails: MailView[] }>(`inboxes/${encodeURIComponent(which)}`)).mails;
  }

  scratchcards(): Promise<StockView> {
    return this.get('scratchcards');
  }

  /** How many scratchcards of all registration authorities are used. */
  async scratchcardsUsed(): Promise<number> {
    return Object.values(await this.scratchcards()).reduce((sum, { used }) => sum + used, 0);
  }

  /** Adds scratchcards. If secrets are given, all new cards have them. */
  addScratchcards(registrationAuthority: string, amount: number, secrets?: ScratchcardSecrets): Promise<unknown> {
    return this.call('POST', 'scratchcards', { registrationAuthority, amount, secrets });
  }

  /** Somebody outside this sandbox uses a scratchcard. */
  useScratchcard(sn: string): Promise<unknown> {
    return this.call('POST', `scratchcards/${sn}/use`);
  }

  /** Returns the id of the fault. */
  async addFault(fault: FaultOrder): Promise<string> {
    return ((await this.call('POST', 'faults', fault)) as Fault).id;
  }

  /** Replaces all faults with these. */
  setFaults(faults: FaultOrder[]): Promise<unknown> {
    return this.call('PUT', 'faults', faults);
  }

  async faults(): Promise<Fault[]> {
    return (await this.get<{ faults: Fault[] }>('faults')).faults;
  }

  /** How many calls a `hold-…` fault holds now. */
  async held(id: string): Promise<number> {
    return (await this.faults()).find((fault) => fault.id === id)?.held ?? 0;
  }

  /** Lets the calls go on that a `hold-…` fault holds. The fault stays. */
  release(id: string): Promise<unknown> {
    return this.call('POST', `faults/${id}/release`);
  }

  /** Ends a fault. Calls that it holds go on. */
  async removeFault(id: string): Promise<void> {
    await this.call('DELETE', `faults/${id}`);
  }

  clearFaults(): Promise<unknown> {
    return this.call('DELETE', 'faults');
  }

  /** How many calls of each endpoint came in, and how they ended. */
  callCounts(): Promise<CallCounts> {
    return this.get('calls');
  }

  /** The newest lines of the journal of calls, the oldest of them first. */
  newestCalls(limit = 5000): Promise<CallEntry[]> {
    return this.get(`calls/newest?limit=${limit}`);
  }

  /** The calls of one endpoint for a request, in the order in which they came in and ended. `at` is in epoch milliseconds. */
  async journal(pk: Pk, endpoint: string): Promise<{ call: number; ended: boolean; at: number }[]> {
    const entries = await this.newestCalls();
    const own = new Set(
      entries.flatMap((entry) =>
        'endpoint' in entry && entry.endpoint === endpoint && entry.request === Number(pk) ? [entry.call] : [],
      ),
    );
    return entries
      .filter(({ call }) => own.has(call))
      .map((entry) => ({ call: entry.call, ended: 'end' in entry, at: Date.parse(entry.at) }));
  }

  /** The newest tries to deliver a callback, the oldest of them first. */
  deliveries(): Promise<Delivery[]> {
    return this.get('hooks');
  }

  /** Sends a callback that the provider itself would not send. Returns the status that the receiver answered. */
  async forge(callback: object): Promise<unknown> {
    return ((await this.call('POST', 'hooks/forge', callback)) as { answer: unknown }).answer;
  }

  readSettings(): Promise<Settings> {
    return this.get('settings');
  }

  /** Merges some settings into those in force. */
  settings(change: object): Promise<unknown> {
    return this.call('PUT', 'settings', change);
  }

  /** Returns to the settings of the start. */
  resetSettings(): Promise<unknown> {
    return this.call('DELETE', 'settings');
  }

  private async get<T>(path: string): Promise<T> {
    return (await this.call('GET', path)) as T;
  }

  /** @throws SandboxRefusal */
  private async call(method: string, path: string, body?: object): Promise<unknown> {
    for (;;) {
      try {
        const answer = await fetch(`${this.url}/sandbox/${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(PATIENCE),
        });
        const text = await answer.text();
        if (answer.ok) return JSON.parse(text);
        throw new SandboxRefusal(`${method} ${path}`, answer.status, text);
      } catch (error) {
        if (error instanceof SandboxRefusal || this.whenAway === 'fail') throw error;
        await pause(AGAIN_AFTER);
      }
    }
  }
}
