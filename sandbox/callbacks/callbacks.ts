import { join } from 'node:path';
import { callbackPayload } from './payloads.js';
import type { PendingCallback } from '../requests/common-request.js';
import { draw, numberParameter, parameter, type Fault, type Faults } from '../faults/faults.js';
import { Journal } from '../state/journal.js';
import type { ProviderRequest, RequestStore } from '../requests/requests.js';
import type { Likeness } from '../like/likeness.js';
import type { SettingsStore } from '../settings/store.js';
import { STATUSES, type Status } from '../requests/statuses.js';

/** The result of one try to deliver a callback. It has no URL, because the URL contains the receiver's token. */
export interface Delivery {
  at: string;
  request: number;
  id: number;
  event: string;
  status: string;
  forged: boolean;
  /** HTTP status of the receiver, or the reason why there was none. */
  answer: number | 'unreachable' | 'lost' | 'no-address';
}

/** Sends a request's callbacks (§7). A callback stays with its request until it is delivered. It is retried, and faults can change it. */
export class Callbacks {
  private readonly journal: Journal<Delivery>;
  private readonly busy = new Set<number>();
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private readonly underWay = new Set<Promise<void>>();
  private closed = false;

  constructor(
    stateFolder: string,
    private readonly requests: RequestStore,
    private readonly settings: SettingsStore,
    private readonly faults: Faults,
    private readonly likeness?: Likeness,
  ) {
    this.journal = new Journal<Delivery>(join(stateFolder, 'callbacks.jsonl'));
  }

  /** Continues with the callbacks that a stopped sandbox did not deliver. */
  start(): void {
    this.requests.all().forEach((request) => this.wake(request));
  }

  /** The newest tries, oldest first. */
  deliveries(): readonly Delivery[] {
    return this.journal.newest();
  }

  /** Adds the callback of a status change to the request. The caller saves the request, then calls `wake`. */
  announce(request: ProviderRequest, event: string, previousStatus?: Status): void {
    const { status } = request;
    if (this.settings.behaviour(request.registrationAuthority).webhook === null && request.webhook === undefined)
      return;
    const met = this.faults.meet({
      moments: ['callback'],
      endpoint: 'callback',
      request: request.pk,
      registrationAuthority: request.registrationAuthority,
      phone: request.phone,
      status,
    });
    if (met.some((fault) => fault.order.name === 'lost')) {
      this.note(request, { id: 0, event, status }, 'lost');
      return;
    }
    const now = Date.now();
    const base = { event, status, at: new Date(now).toISOString(), failedTries: 0 };
    const previous = previousStatus === undefined ? {} : { previousStatus };
    const reordered = met.find((fault) => fault.order.name === 'reordered');
    const delay = met.filter((fault) => fault.order.name === 'late').reduce((sum, fault) => sum + lateness(fault), 0);
    const dueAt = now + delay + (reordered === undefined ? 0 : numberParameter(reordered, 'ms'));
    this.add(request, { ...base, ...previous, dueAt, ...(reordered === undefined ? {} : { yields: true }) });
    for (const fault of met) {
      if (fault.order.name === 'duplicate') {
        for (let copy = 1; copy <= numberParameter(fault, 'copies'); copy += 1) {
          this.add(request, { ...base, ...previous, dueAt: now + delay + copy * numberParameter(fault, 'ms') });
        }
      } else if (fault.order.name === 'forged') {
        const claims = STATUSES.find((each) => each === parameter(fault, 'claims')) ?? 'ISSUED';
        this.add(request, { ...base, event: 'REQUEST_ENROLLED', status: claims, dueAt: now + delay, forged: true });
      }
    }
  }

  /** Delivers all due callbacks, one after the other, and comes back for the rest. */
  wake(request: ProviderRequest): void {
    if (this.closed || this.busy.has(request.pk) || request.callbacks.length === 0) return;
    clearTimeout(this.timers.get(request.pk));
    this.timers.delete(request.pk);
    const wait = Math.min(...request.callbacks.map((each) => each.dueAt)) - Date.now();
    if (wait > 0) {
      this.timers.set(
        request.pk,
        setTimeout(() => this.wake(request), wait),
      );
      return;
    }
    this.busy.add(request.pk);
    const delivery = this.deliverDue(request).finally(() => {
      this.busy.delete(request.pk);
      this.underWay.delete(delivery);
      this.wake(request);
    });
    this.underWay.add(delivery);
  }

  /**
   * Sends a callback with any content to the address of a registration authority, or to the one given.
   * Returns the receiver's status.
   */
  async send(registrationAuthority: string, body: unknown, to?: string): Promise<Delivery['answer']> {
    const { webhook: usual, webhookTimeout } = this.settings.behaviour(registrationAuthority);
    const webhook = to ?? usual;
    if (webhook === null) return 'no-address';
    try {
      const response = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': this.likeness?.callbackType ?? 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(webhookTimeout),
        redirect: 'manual',
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 'unreachable'; // the journal records it, and the callback is tried again
    }
  }

  /** Stops sending. Undelivered callbacks stay with their requests. */
  async close(): Promise<void> {
    this.closed = true;
    this.timers.forEach((timer) => clearTimeout(timer));
    await Promise.all(this.underWay);
  }

  private add(request: ProviderRequest, callback: Omit<PendingCallback, 'id'>): void {
    request.lastCallbackId += 1;
    request.callbacks.push({ ...callback, id: request.lastCallbackId });
  }

  private async deliverDue(request: ProviderRequest): Promise<void> {
    for (let next = dueOf(request); next !== undefined && !this.closed; next = dueOf(request)) {
      const callback = next;
      const behaviour = this.settings.behaviour(request.registrationAuthority);
      const usual = callbackPayload(request, callback, behaviour);
      const body = request.kind === 'signature' ? (this.likeness?.callback(usual, callback) ?? usual) : usual;
      const answer = await this.send(request.registrationAuthority, body, request.webhook);
      this.note(request, callback, answer);
      const delivered = typeof answer === 'number' && answer >= 200 && answer < 300;
      const pause = behaviour.webhookRetries[callback.failedTries];
      if (delivered || pause === undefined) {
        request.callbacks = request.callbacks.filter((each) => each !== callback);
        letYieldersGo(request, callback);
      } else {
        callback.failedTries += 1;
        callback.dueAt = Date.now() + pause;
      }
      this.requests.save(request);
    }
  }

  private note(
    request: ProviderRequest,
    callback: Pick<PendingCallback, 'id' | 'event' | 'status' | 'forged'>,
    answer: Delivery['answer'],
  ): void {
    const { id, event, status, forged = false } = callback;
    this.journal.add({ at: new Date().toISOString(), request: request.pk, id, event, status, forged, answer });
  }
}

function dueOf(request: ProviderRequest): PendingCallback | undefined {
  const now = Date.now();
  return request.callbacks.find((each) => each.dueAt <= now);
}

/** A reordered callback is sent as soon as a later one was sent. */
function letYieldersGo(request: ProviderRequest, gone: PendingCallback): void {
  for (const each of request.callbacks) {
    if (each.yields === true && each.id < gone.id) each.dueAt = 0;
  }
}

function lateness(fault: Fault): number {
  const jitter = numberParameter(fault, 'jitter');
  return numberParameter(fault, 'ms') * (1 - jitter + jitter * draw(fault));
}
