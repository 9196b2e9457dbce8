/** The sandbox as a test sees it: its control calls under `/sandbox/`. */
export class Provider {
  constructor(readonly url: string) {}

  async request(pk: string): Promise<ProviderView> {
    return (await this.call('GET', `requests/${pk}`)) as ProviderView;
  }

  async requests(): Promise<ProviderView[]> {
    return (await this.call('GET', 'requests')) as ProviderView[];
  }

  /** @param person who stands before the camera, by the provider's names of fields */
  video(
    pk: string,
    result: 'finished' | 'incomplete' | 'error' | 'retry',
    person?: Record<string, string>,
  ): Promise<unknown> {
    return this.call('POST', `requests/${pk}/video`, { result, ...(person === undefined ? {} : { person }) });
  }

  /** The provider has the data of somebody else from now on. */
  person(pk: string, person: Record<string, string>): Promise<unknown> {
    return this.call('POST', `requests/${pk}/person`, person);
  }

  console(pk: string, act: 'approve' | 'refuse' | 'cancel'): Promise<unknown> {
    return this.call('POST', `requests/${pk}/console`, { do: act });
  }

  async enrolments(): Promise<EnrolmentView[]> {
    return (await this.call('GET', 'ra/requests')) as EnrolmentView[];
  }

  /** An enrolment. */
  async enrolment(pk: string): Promise<EnrolmentView> {
    return (await this.call('GET', `ra/requests/${pk}`)) as EnrolmentView;
  }

  /** @param person who stands before the camera, by the provider's names of fields */
  enrolmentVideo(
    pk: string,
    result: 'finished' | 'incomplete' | 'error' | 'retry',
    person?: Record<string, string>,
  ): Promise<unknown> {
    return this.call('POST', `ra/requests/${pk}/video`, { result, ...(person === undefined ? {} : { person }) });
  }

  /** More scratchcards; where secrets are given, all with the same. */
  addScratchcards(registrationAuthority: string, amount: number, secrets?: Record<string, string>): Promise<unknown> {
    return this.call('POST', 'ra/scratchcards', { registrationAuthority, amount, ...(secrets ? { secrets } : {}) });
  }

  /** The provider's certified operator, or somebody in the authority's console. */
  operator(pk: string, act: 'validate' | 'refuse' | 'approve' | 'cancel', reason?: string): Promise<unknown> {
    return this.call('POST', `ra/requests/${pk}/operator`, { do: act, ...(reason === undefined ? {} : { reason }) });
  }

  /** How many scratchcards requests have taken, of all registration authorities. */
  async scratchcardsUsed(): Promise<number> {
    const stock = (await this.call('GET', 'ra/scratchcards')) as Record<string, { used: number }>;
    return Object.values(stock).reduce((sum, { used }) => sum + used, 0);
  }

  /** The signer picks up the certificate. */
  pickUp(pk: string): Promise<unknown> {
    return this.call('POST', `ra/requests/${pk}/enrol`, {});
  }

  async addFault(fault: object): Promise<string> {
    return ((await this.call('POST', 'faults', fault)) as { id: string }).id;
  }

  /** Lets the calls that a `hold-…` fault holds go on. */
  release(id: string): Promise<unknown> {
    return this.call('POST', `faults/${id}/release`, {});
  }

  async held(id: string): Promise<number> {
    const { faults } = (await this.call('GET', 'faults')) as { faults: { id: string; held: number }[] };
    return faults.find((fault) => fault.id === id)?.held ?? 0;
  }

  async removeFault(id: string): Promise<void> {
    await this.call('DELETE', `faults/${id}`);
  }

  /** Puts the signed files together that a `files-late` fault holds back. */
  async putFilesTogether(pk: string): Promise<void> {
    await this.call('POST', `requests/${pk}/files`, {});
  }

  clearFaults(): Promise<unknown> {
    return this.call('DELETE', 'faults');
  }

  /** Calls of one endpoint for a request in the order in which they came in and ended; `at` in milliseconds since 1970. */
  async journal(pk: string, endpoint: string): Promise<{ call: number; ended: boolean; at: number }[]> {
    const lines = (await this.call('GET', 'calls/newest?limit=5000')) as JournalLine[];
    const own = new Set(
      lines.filter((line) => line.endpoint === endpoint && String(line.request) === pk).map(({ call }) => call),
    );
    return lines
      .filter(({ call }) => own.has(call))
      .map(({ call, endpoint: begun, at }) => ({ call, ended: begun === undefined, at: Date.parse(at) }));
  }

  /** A callback that nobody at the provider meant; answers the status it got. */
  async forge(callback: object): Promise<number> {
    return ((await this.call('POST', 'hooks/forge', callback)) as { answer: number }).answer;
  }

  settings(change: object): Promise<unknown> {
    return this.call('PUT', 'settings', change);
  }

  /** Any control call. */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.url}/sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }
}

/** A call came in, with its endpoint, or ended. */
interface JournalLine {
  at: string;
  call: number;
  endpoint?: string;
  request?: number;
}

/** What a test looks at, of an enrolment. */
export interface EnrolmentView {
  pk: number;
  phone: string;
  status: string;
  scratchcard: string;
  fields: Record<string, string>;
  documents: { label?: string; type: string }[];
  /** Where the signer picks up the certificate. */
  enrolLink: string;
  missing: string[];
  secrets: Record<string, string>;
  calls: Record<string, { received: number }>;
  done: Record<string, number>;
}

/** What a test looks at. */
export interface ProviderView {
  /** Those that are still to be delivered. */
  callbacks: unknown[];
  pk: number;
  videoidPk: number;
  phone: string;
  status: string;
  refusalReason?: string;
  link: string;
  code: string | null;
  /** Who stands before the camera. */
  person: Record<string, string>;
  documents: { uid: string; sha256: string }[];
  /** Calls that came in, by endpoint. */
  calls: Record<string, { received: number }>;
  /** Calls that did their work, by endpoint; reads are not counted. */
  done: Record<string, number>;
}
