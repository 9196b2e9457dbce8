import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { FaultOrder } from './faults.js';
import type { Role } from './role.js';

const callsSchema = z.record(
  z.string(),
  z.object({ received: z.number(), ended: z.record(z.string(), z.number()).default({}) }),
);

const common = {
  pk: z.number(),
  videoidPk: z.number(),
  phone: z.string(),
  status: z.string(),
  link: z.string(),
  refusalReason: z.string().optional(),
  createdAt: z.string(),
  history: z.array(z.object({ status: z.string(), at: z.string(), cause: z.string() })),
  done: z.record(z.string(), z.number()),
  calls: callsSchema,
};

const signatureSchema = z.object({
  kind: z.literal('signature'),
  ...common,
  documents: z.array(z.object({ uid: z.string() })),
  messages: z.array(z.object({ at: z.string(), code: z.string() })),
});

const enrolmentSchema = z.object({
  kind: z.literal('enrolment'),
  ...common,
  scratchcard: z.string(),
  fields: z.record(z.string(), z.string()),
  missing: z.array(z.string()),
  documents: z.array(z.object({ type: z.string() })),
  secrets: z.record(z.string(), z.string()),
});

/** What the sandbox knows about one request, as far as a soak looks at it. */
const requestSchema = z.discriminatedUnion('kind', [signatureSchema, enrolmentSchema]);
export type ProviderRequest = z.output<typeof requestSchema>;
export type ProviderSignature = z.output<typeof signatureSchema>;
export type ProviderEnrolment = z.output<typeof enrolmentSchema>;

const faultsSchema = z.object({
  faults: z.array(
    z.object({ id: z.string(), held: z.number(), hits: z.number(), order: z.object({ name: z.string() }) }),
  ),
});

/** The sandbox refused what was asked: the signer or the RAO came too late. */
export class ProviderRefusal extends Error {}

/** Of whom: each flow is a system of its own at the provider. */
type Whose = Pick<Role, 'flow'>;

/** The simulated provider from its other side: its signers' phones, its console, its faults. Waits while it is away. */
export class Provider {
  constructor(private readonly url: string) {}

  async request({ flow }: Whose, pk: string | number): Promise<ProviderRequest> {
    return requestSchema.parse(await this.call('GET', `${placeOf(flow)}/${pk}`));
  }

  /** All requests that were ever created for this signer, the oldest first. */
  async requestsOf({ flow, phone, reference }: Pick<Role, 'flow' | 'phone' | 'reference'>): Promise<ProviderRequest[]> {
    const pks = flow === 'signature' ? await this.onPhone(phone) : await this.inInbox(emailOf({ reference }));
    const requests = await Promise.all(pks.map((pk) => this.request({ flow }, pk)));
    return requests.toSorted((one, other) => one.pk - other.pk);
  }

  video({ flow }: Whose, pk: string, result: 'finished' | 'incomplete' | 'error' | 'retry'): Promise<unknown> {
    return this.call('POST', `${placeOf(flow)}/${pk}/video`, { result });
  }

  /** The registration authority's operator, in the provider's console. */
  console({ flow }: Whose, pk: string, act: 'approve' | 'refuse' | 'cancel'): Promise<unknown> {
    if (flow === 'signature') return this.call('POST', `requests/${pk}/console`, { do: act });
    // An enrolment that was validated is not refused but cancelled.
    return this.call('POST', `ra/requests/${pk}/operator`, { do: act === 'refuse' ? 'cancel' : act });
  }

  /** The provider's certified operator decides about the video of an enrolment. */
  validation(pk: string, act: 'validate' | 'refuse'): Promise<unknown> {
    return this.call('POST', `ra/requests/${pk}/operator`, { do: act });
  }

  /** The signer picks up the certificate of an enrolment. */
  pickUp(pk: string): Promise<unknown> {
    return this.call('POST', `ra/requests/${pk}/enrol`, {});
  }

  /** Puts together signed files that are late. */
  putFilesTogether(pk: string): Promise<unknown> {
    return this.call('POST', `requests/${pk}/files`, {});
  }

  /** Somebody orders scratchcards. */
  orderCards(registrationAuthority: string, amount: number): Promise<unknown> {
    return this.call('POST', 'ra/scratchcards', { registrationAuthority, amount });
  }

  /** How many scratchcards are used, and how many enrolments there are. */
  async cards(): Promise<{ used: number; enrolments: number }> {
    const stock = z.record(z.string(), z.object({ used: z.number() })).parse(await this.call('GET', 'ra/scratchcards'));
    const enrolments = z.array(z.unknown()).parse(await this.call('GET', 'ra/requests'));
    const used = Object.values(stock).reduce((sum, each) => sum + each.used, 0);
    return { used, enrolments: enrolments.length };
  }

  async addFault(fault: FaultOrder): Promise<string> {
    return z.object({ id: z.string() }).parse(await this.call('POST', 'faults', fault)).id;
  }

  async removeFault(id: string): Promise<void> {
    await this.call('DELETE', `faults/${id}`);
  }

  async faults(): Promise<z.output<typeof faultsSchema>['faults']> {
    return faultsSchema.parse(await this.call('GET', 'faults')).faults;
  }

  /** Lets the calls that a fault holds go on. */
  release(id: string): Promise<unknown> {
    return this.call('POST', `faults/${id}/release`, {});
  }

  clearFaults(): Promise<unknown> {
    return this.call('DELETE', 'faults');
  }

  private async onPhone(phone: string): Promise<number[]> {
    const schema = z.object({ links: z.array(z.object({ request: z.number() })) });
    const { links } = schema.parse(await this.call('GET', `phones/${encodeURIComponent(phone)}`));
    return links.map(({ request }) => request);
  }

  private async inInbox(email: string): Promise<number[]> {
    const schema = z.object({ mails: z.array(z.object({ request: z.number() })) });
    const { mails } = schema.parse(await this.call('GET', `ra/inboxes/${encodeURIComponent(email)}`));
    return [...new Set(mails.map(({ request }) => request))];
  }

  /** @throws ProviderRefusal for an act that is not possible (any more) */
  private async call(method: string, path: string, body?: object): Promise<unknown> {
    for (;;) {
      let answer: Response;
      try {
        answer = await fetch(`${this.url}/sandbox/${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
          signal: AbortSignal.timeout(10_000),
        });
        const text = await answer.text();
        if (!answer.ok) throw new ProviderRefusal(`${method} ${path}: ${answer.status} ${text}`);
        return JSON.parse(text);
      } catch (error) {
        if (error instanceof ProviderRefusal) throw error;
        await pause(200); // killed, and not started again yet
      }
    }
  }
}

/** The signer's own, so that its mails are those of this request. */
export function emailOf({ reference }: Pick<Role, 'reference'>): string {
  return `${reference}@example.com`;
}

function placeOf(flow: Role['flow']): string {
  return flow === 'signature' ? 'requests' : 'ra/requests';
}
