import { randomBytes } from 'node:crypto';
import { ProviderError } from '../uanataca/errors.js';
import { VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import { claimed, numbered } from './callbacks/kept.js';
import { type Exchange, type FoundSetting, type NewCallback, NO_REQUEST, type Note, type ProbeFile } from './file.js';
import type { PrivateState } from './private-file.js';
import { guarded } from './recording/guard.js';
import { KnownValues } from './recording/known-values.js';
import { type Recorded, Recorder } from './recording/recorder.js';
import { hashOf, type Showing } from './recording/shape.js';
import type { ProbeStorage } from './storage.js';

/** One or more calls that were tried together. */
export interface Tried<Result> {
  /** Undefined if it failed. */
  value?: Result;
  error?: ProviderError;
  recorded: readonly Recorded[];
  /** The last exchange. Undefined if nothing was sent. */
  last: Recorded | undefined;
}

/** What a new probe begins with. */
export interface Beginning {
  flow: Flow;
  env: 'sandbox' | 'prod';
  assumed: Record<string, FoundSetting>;
  secrets: Omit<PrivateState, 'format' | 'key' | 'fields' | 'ids' | 'begun' | 'learned' | 'people' | 'words'> &
    Partial<Pick<PrivateState, 'fields'>>;
}

/** A running probe: what it has seen, and what it needs to go on. Every call is saved at once. */
export class ProbeRun {
  readonly file: ProbeFile;
  readonly secrets: PrivateState;
  readonly values = new KnownValues();
  readonly showing: Showing;
  readonly recorder: Recorder;
  readonly #storage: ProbeStorage;
  #step = '';
  #kept: readonly Recorded[] = [];
  #saving: Promise<void> = Promise.resolve();

  private constructor(storage: ProbeStorage, file: ProbeFile, secrets: PrivateState) {
    this.#storage = storage;
    this.file = file;
    this.secrets = secrets;
    this.showing = { key: Buffer.from(secrets.key, 'base64'), values: this.values };
    this.values.add(
      secrets.signer.phone,
      secrets.signer.email,
      ...Object.values({ ...secrets.fields, ...secrets.ids }),
      secrets.callbacks?.token,
    );
    this.values.addPersonal(...secrets.people.names);
    for (const text of secrets.people.texts) this.values.addText(text);
    this.recorder = new Recorder({
      showing: this.showing,
      nameOf: (id) => this.#nameOf(id),
      begun: Date.parse(file.begun),
      last: file.exchanges.at(-1)?.number ?? 0,
    });
  }

  static async begin(storage: ProbeStorage, beginning: Beginning, now: Date): Promise<ProbeRun> {
    const { flow, env, assumed, secrets } = beginning;
    const run = new ProbeRun(
      storage,
      {
        format: 'videoid-probe/1',
        flow,
        begun: now.toISOString(),
        env,
        assumed,
        steps: [],
        exchanges: [],
        callbacks: [],
        notes: [],
        findings: [],
      },
      {
        format: 'videoid-probe-private/1',
        key: randomBytes(32).toString('base64'),
        fields: {},
        ids: {},
        begun: [],
        learned: {},
        people: { names: [], texts: [] },
        words: {},
        ...secrets,
      },
    );
    await run.save();
    return run;
  }

  static async resume(storage: ProbeStorage): Promise<ProbeRun> {
    const { file, secrets } = await storage.load();
    return new ProbeRun(storage, file, secrets);
  }

  /** Milliseconds since the probe began. */
  get now(): number {
    return Date.now() - Date.parse(this.file.begun);
  }

  isDone(step: string): boolean {
    // What was left out because a step before it failed may be possible now.
    return this.file.steps.some(
      ({ name, end, why }) => name === step && (end === 'done' || (end === 'skipped' && why !== NO_REQUEST)),
    );
  }

  wasLeftOut(step: string): boolean {
    return this.file.steps.some(({ name, end }) => name === step && end === 'skipped');
  }

  begin(step: string): void {
    this.#step = step;
  }

  async end(end: 'done' | 'skipped' | 'failed', why?: string): Promise<void> {
    const steps = this.file.steps.filter(({ name }) => name !== this.#step);
    this.file.steps = [...steps, { name: this.#step, end, at: this.now, ...(why === undefined ? {} : { why }) }];
    await this.save();
  }

  /** Makes calls and records them. Failures of the provider are returned, all others are thrown. */
  async call<Result>(occasion: string, work: () => Promise<Result>): Promise<Tried<Result>> {
    this.recorder.at({ step: this.#step, occasion });
    let outcome: Pick<Tried<Result>, 'value' | 'error'> | undefined;
    try {
      outcome = { value: await work() };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      outcome = { error };
    } finally {
      // Also of what is thrown: the call may have been made.
      this.#kept = await this.recorder.take();
      this.file.exchanges = [...this.file.exchanges, ...this.#kept.map(({ exchange }) => exchange)];
      const last = this.#kept.at(-1);
      if (last !== undefined && outcome !== undefined) last.exchange.outcome = outcomeOf(outcome);
      await this.save();
    }
    return { ...outcome, recorded: this.#kept, last: this.#kept.at(-1) };
  }

  /** Takes an exchange out again: a read that shows the same as the one before. */
  forget({ exchange }: Recorded): void {
    this.file.exchanges = this.file.exchanges.filter(({ number }) => number !== exchange.number);
  }

  /** Whether this was tried in this step before, in an earlier run of the program too. */
  wasTried(occasion: string): boolean {
    return this.file.exchanges.some((each) => each.step === this.#step && each.occasion === occasion && each.answer);
  }

  /** Keeps what was seen, if it is no secret: statuses, yes and no, names of ours. */
  note(name: string, value: Note['value']): void {
    const notes = this.file.notes.filter((note) => note.step !== this.#step || note.name !== name);
    this.file.notes = [...notes, { step: this.#step, name, value }];
  }

  id(name: string): string | undefined {
    return this.secrets.ids[name];
  }

  /** @throws VideoIdError if a step before did not find it */
  needed(name: string): string {
    const id = this.id(name);
    if (id !== undefined) return id;
    throw new VideoIdError('BAD_INPUT', `This probe has no ${name}.`, {
      remedy: 'Begin a new probe: `videoid probe` without a file.',
    });
  }

  async keepId(name: string, value: string): Promise<void> {
    this.secrets.ids[name] = value;
    this.values.add(value);
    const subject = this.subjectOf(value);
    if (subject !== undefined) {
      this.file.callbacks = claimed(this.file.callbacks, hashOf(value, this.showing), subject);
    }
    await this.save();
  }

  /** Marks a call that must not be repeated blindly, before it is made. */
  async mark(call: string): Promise<void> {
    this.secrets.begun = [...new Set([...this.secrets.begun, call])];
    await this.save();
  }

  async unmark(call: string): Promise<void> {
    this.secrets.begun = this.secrets.begun.filter((each) => each !== call);
    await this.save();
  }

  isMarked(call: string): boolean {
    return this.secrets.begun.includes(call);
  }

  /** The secret part of the address that takes callbacks: the same when the probe is taken up again. */
  async callbackToken(): Promise<string> {
    const token = this.secrets.callbacks?.token ?? randomBytes(32).toString('base64url');
    this.secrets.callbacks = { ...this.secrets.callbacks, token };
    this.values.add(token);
    await this.save();
    return token;
  }

  /** Keeps where callbacks are taken, for the time when the probe is taken up again. @param listen `host:port` */
  async keepListen(listen: string): Promise<void> {
    this.secrets.callbacks = { token: await this.callbackToken(), listen };
    await this.save();
  }

  /** Which request of this probe has this id: `main`, `second`, `third`. */
  subjectOf(pk: string): string | undefined {
    const found = Object.entries(this.secrets.ids).find(
      ([name, id]) => id === pk && /(request|videoid)_pk$/.test(name),
    );
    return found === undefined ? undefined : (/^(.+)\./.exec(found[0])?.[1] ?? 'main');
  }

  /** Takes a callback in, at once, then saves. */
  async addCallback(callback: NewCallback): Promise<void> {
    this.file.callbacks = [...this.file.callbacks, numbered(this.file.callbacks, callback)];
    await this.save();
  }

  async save(): Promise<void> {
    // Redacted anew each time: names may become known after the words that hold them.
    for (const [hash, words] of [...Object.entries(this.secrets.words), ...this.recorder.words]) {
      this.secrets.words[hash] = this.values.redacted(words);
    }
    this.secrets.people = this.values.people;
    const saving = this.#saving.then(() => this.#storage.save(guarded(this.file, this.showing), this.secrets));
    this.#saving = saving.catch(() => undefined);
    await saving;
  }

  #nameOf(id: string): string | undefined {
    return Object.entries(this.secrets.ids)
      .find(([, value]) => value === id)?.[0]
      .replace(/^.*\./, '');
  }
}

/** Values that calls return instead of failing. */
const RESULTS = new Set<unknown>([
  ...'signed already-issued not-accepted sent sent-less-than-a-minute-ago deleted gone deleted-by-kind'.split(' '),
  ...'cancelled not-offered'.split(' '),
]);

function outcomeOf({ value, error }: Pick<Tried<unknown>, 'value' | 'error'>): NonNullable<Exchange['outcome']> {
  if (error === undefined) return { result: RESULTS.has(value) ? String(value) : 'done' };
  const { code, kind, familiar, mayBeRefusal } = error;
  return { code, kind, familiar, either: mayBeRefusal };
}
