import { NOTHING } from './step-failure.js';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { AUTHORITIES, OFFICER, sandboxRoot, writeConfig } from '../../local/local-config.js';
import { anyPort } from '../../local/ports.js';
import { openState } from '../../local/state.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import { createActivities } from '../../src/activities/activities.js';
import type { Dependencies } from '../../src/activities/engine/dependencies.js';
import { OptimizerTrouble } from '../../src/activities/engine/optimizer-trouble.js';
import type { Archive, ArchiveFile, Correction } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import { type Config, loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/logging/logger.js';
import type { IdentityAccepted } from '../../src/messages/identity.js';
import type {
  Activities,
  KeptVideo,
  RetrieveOrder,
  UploadedDocument,
  WatchOrder,
} from '../../src/messages/activities.js';
import type { Envelope, Stand } from '../../src/messages/journal.js';
import type { OwnCall } from '../../src/messages/own-calls.js';
import {
  type DocumentDigest,
  type Flow,
  type ProviderIds,
  type RequestKey,
  workflowIdOf,
} from '../../src/messages/request.js';
import type { RequestEvent } from '../../src/messages/status.js';
import type { Sealed } from '../../src/messages/steering.js';
import {
  loadSealPrivateKeys,
  loadSealPublicKey,
  type SealPrivateKeys,
  type SealPublicKey,
} from '../../src/security/keys.js';
import { seal } from '../../src/security/sealing.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { Optimizers } from '../../src/uanataca/one-shot/optimizers.js';
import { RegistrationAuthorities } from '../../src/uanataca/registration-authority/registration-authorities.js';
import { layKeys } from '../keys.js';
import { type FaultOrder, type PersonOrder, SandboxClient } from '../../sandbox/client/sandbox-client.js';

const SAMPLES = join(import.meta.dirname, '..', '..', 'samples');

/** The SDK warns of every failed activity. Here they fail on purpose. */
const QUIET = new DefaultLogger('ERROR');

/** The activities of a worker, with a real archive and the simulated provider over real HTTP, but without Temporal. */
export class Workplace {
  /** How long a try that begins now may take, in milliseconds. */
  tryMayTake = 120_000;
  readonly provider: SandboxClient;

  private readonly activities: Activities;
  private full: Archive | undefined;

  private constructor(
    private readonly dependencies: Dependencies,
    readonly sealKey: SealPublicKey,
    sandbox: RunningSandbox,
    private readonly shut: () => Promise<void>,
  ) {
    this.activities = createActivities(dependencies);
    this.provider = new SandboxClient(sandbox.url);
  }

  /** @param assumptions replace those of the environment */
  static async open(assumptions: object = {}): Promise<Workplace> {
    const folder = mkdtempSync(join(tmpdir(), 'videoid-activities-'));
    await layKeys(folder);
    const state = await openState(folder);
    const ports = {
      worker: 1,
      gateway: 2,
      codecServer: 3,
      sandbox: await anyPort(),
      registrationAuthority: await anyPort(),
    };
    const sandbox = await startSandbox({
      state: state.sandboxDirectory,
      port: ports.sandbox,
      raPort: ports.registrationAuthority,
      settings: { behaviour: { algorithm: 'ecdsa' } }, // RSA keys take seconds to make
    });
    writeConfig(state, { temporalAddress: '127.0.0.1:7233', uiAddress: undefined, ports, roots: [sandboxRoot(state)] });
    const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
    for (const environment of Object.values(config.environments)) Object.assign(environment.assumptions, assumptions);
    const archive = await openArchive(config.archive, { create: true });
    const optimizers = new Optimizers(config.environments);
    const registrationAuthorities = new RegistrationAuthorities(config.environments);
    const sealKey = await loadSealPublicKey(config.keys.seal);
    const sealKeys = await loadSealPrivateKeys(config.keys.seal);
    const logger = createLogger({ process: 'worker', level: 'error' });
    const dependencies = {
      config,
      archive,
      optimizer: (environment: string) => optimizers.of(environment),
      registrationAuthority: (environment: string) => registrationAuthorities.of(environment),
      trouble: new OptimizerTrouble(archive.notices, logger, archive),
      sealKeys,
      sealPublicKey: sealKey,
      verify: verifyPdfSignature,
      roots: async () => [readFileSync(sandboxRoot(state), 'utf8')],
      logger,
    } satisfies Dependencies;
    return new Workplace(dependencies, sealKey, sandbox, async () => {
      await optimizers.close();
      await registrationAuthorities.close();
      await archive.close();
      await sandbox.close();
      rmSync(state.directory, { recursive: true, force: true });
    });
  }

  get archive(): Archive {
    return this.dependencies.archive;
  }

  get config(): Config {
    return this.dependencies.config;
  }

  get sealKeys(): SealPrivateKeys {
    return this.dependencies.sealKeys;
  }

  /** The activities of another worker on the same archive. */
  another(): Activities {
    return createActivities(this.dependencies);
  }

  /** The activities of a worker that cannot set marks before `moment`. */
  stalledUntil(moment: Promise<unknown>): Activities {
    const { archive } = this.dependencies;
    return this.withArchive({
      mark: async (key, name) => {
        await moment;
        return archive.mark(key, name);
      },
    });
  }

  /** The activities of a worker where somebody changes a file right after it was stored. */
  changingOnce(kind: ArchiveFile['kind'], change: (path: string) => Promise<unknown>): Activities {
    const { archive } = this.dependencies;
    let changed = false;
    return this.withArchive({
      storeFile: async (key, file, ...more) => {
        const stored = await archive.storeFile(key, file, ...more);
        if (file.kind === kind && !changed) await change((await archive.locateFile(key, file)).location);
        changed ||= file.kind === kind;
        return stored;
      },
    });
  }

  /** The activities of a worker with another verification. */
  verifying(verify: Dependencies['verify']): Activities {
    return createActivities({ ...this.dependencies, verify });
  }

  private withArchive(others: Partial<Archive>): Activities {
    const { archive } = this.dependencies;
    const other = new Proxy(archive, {
      get: (target, name: keyof Archive) => {
        const own = others[name] ?? target[name];
        return typeof own === 'function' ? own.bind(target) : own;
      },
    });
    return createActivities({ ...this.dependencies, archive: other });
  }

  /** Deletes all documents at the provider, like an earlier call that arrives late. */
  async deleteAll(requestPk: ProviderIds['requestPk']): Promise<void> {
    await this.dependencies.optimizer('sandbox').deleteDocuments(requestPk);
  }

  /** The activities of a worker on the same archive that lacks a seal key, or room. */
  async without(what: 'seal key' | 'room'): Promise<Activities> {
    if (what === 'seal key') return createActivities({ ...this.dependencies, sealPublicKey: undefined });
    this.full ??= await openArchive({ ...this.config.archive, reserve: Number.MAX_SAFE_INTEGER });
    return createActivities({ ...this.dependencies, archive: this.full });
  }

  /** The activities of a worker that loses its connection to the Optimizer before it signs. */
  async losingTheOptimizer(): Promise<Activities> {
    const optimizer = `http://127.0.0.1:${await anyPort()}`;
    const nowhere = Object.entries(this.config.environments).map(([name, each]) => [name, { ...each, optimizer }]);
    const away = new Optimizers(Object.fromEntries(nowhere) as Config['environments']);
    const losing = (environment: string) => {
      const here = this.dependencies.optimizer(environment);
      const there = away.of(environment);
      return { getRequest: here.getRequest.bind(here), sign: there.sign.bind(there) } as typeof here;
    };
    return createActivities({ ...this.dependencies, optimizer: losing });
  }

  async close(): Promise<void> {
    await this.full?.close();
    await this.shut();
  }

  /** Runs one try of an activity, in the context that Temporal gives it. */
  try<T>(call: (activities: Activities) => Promise<T>, attempt = 1, activities = this.activities): Promise<T> {
    const limit = this.tryMayTake;
    const info = { attempt, startToCloseTimeoutMs: limit, scheduleToCloseTimeoutMs: limit };
    return new MockActivityEnvironment(info, { logger: QUIET }).run(() => call(activities));
  }

  /**
   * A request with two documents, committed as the client does it. The provider knows nothing about it yet.
   *
   * @param expected the signer's document number
   */
  async newRequest(expected?: string): Promise<RequestAtWork> {
    const more = { profile: 'PFnubeQAFCiudadano', ...(expected === undefined ? {} : { expected }) };
    const { key, phone, documents } = await this.commit('signature', more);
    return new RequestAtWork(this, key, phone, documents);
  }

  /** Commits a start with the two sample documents. */
  async commit(
    flow: Flow,
    { expected, ...more }: Pick<RequestRecord, 'profile' | 'enrolment'> & { expected?: string },
    phone = `+346${randomInt(10_000_000, 99_999_999)}`,
  ): Promise<{ key: RequestKey; phone: string; documents: DocumentDigest[] }> {
    const reference = `r-${randomUUID()}`;
    const incoming = await this.archive.begin();
    const documents: (DocumentDigest & { name: string })[] = [];
    for (const name of ['agreement.pdf', 'annex.pdf']) {
      const { size, sha256 } = await incoming.addDocument({ name }, join(SAMPLES, name));
      documents.push({ index: documents.length + 1, name, size, sha256 });
    }
    const named = { flow, reference, attempt: 1 } as const;
    await incoming.commit({
      version: 1,
      ...named,
      environment: 'sandbox',
      registrationAuthority: AUTHORITIES.manual,
      ...more,
      workflowId: workflowIdOf(named),
      signer: {
        email: 'signer@example.com',
        phone,
        ...(expected === undefined ? {} : { expected: { documentNumber: expected } }),
      },
      documents,
      reviewMode: 'manual',
      policy: this.config.policy,
      inputHash: 'hash',
      createdAt: new Date().toISOString(),
    });
    const key = {
      ...named,
      archiveId: this.archive.id,
      environment: 'sandbox',
      registrationAuthority: AUTHORITIES.manual,
    };
    const digests = documents.map(({ index, size, sha256 }) => ({ index, size, sha256 }));
    return { key, phone, documents: digests };
  }
}

/** How far a request has come at the provider. */
export type Reached = 'nowhere' | 'VIDEOPENDING' | 'VIDEOREVIEW' | 'ENROLLREADY' | 'documents' | 'code' | 'ISSUED';

/** One request, and every activity with a matching order. */
export class RequestAtWork {
  uploaded: UploadedDocument[] = [];
  contract = { sha256: '', size: 0 };
  known: ProviderIds | undefined;

  constructor(
    private readonly at: Workplace,
    readonly key: RequestKey,
    readonly phone: string,
    readonly documents: DocumentDigest[],
  ) {}

  get download() {
    return this.at.config.policy.download;
  }

  get ids(): ProviderIds {
    if (!this.known) throw new Error('it is not created yet');
    return this.known;
  }

  try<T>(call: (activities: Activities) => Promise<T>, attempt = 1): Promise<T> {
    return this.at.try(call, attempt);
  }

  provider() {
    return this.at.provider.request(this.ids.requestPk);
  }

  /** Everything that the provider has for this signer. */
  async atProvider() {
    return (await this.at.provider.requests()).filter(({ phone }) => phone === this.phone);
  }

  /** A fault that affects only this request, once. */
  fault(fault: FaultOrder): Promise<string> {
    return this.at.provider.addFault({ phone: this.phone, times: 1, ...fault });
  }

  /** Runs the earlier steps without trouble. */
  async reach(reached: Reached): Promise<this> {
    const order: Reached[] = ['nowhere', 'VIDEOPENDING', 'VIDEOREVIEW', 'ENROLLREADY', 'documents', 'code', 'ISSUED'];
    const ways: Record<Reached, () => Promise<unknown>> = {
      nowhere: () => Promise.resolve(),
      VIDEOPENDING: () => this.create(),
      VIDEOREVIEW: () => this.at.provider.video(this.ids.requestPk, 'finished'),
      ENROLLREADY: () => this.approve(),
      documents: () => this.upload(),
      code: () => this.sendCode(),
      ISSUED: async () => this.sign(await this.code()),
    };
    for (const each of order.slice(0, order.indexOf(reached) + 1)) await ways[each]();
    return this;
  }

  async create(attempt = 1, round = 1) {
    const { videoidPk, requestPk, status } = await this.try(
      (activities) => activities.create(this.key, { round, since: round }),
      attempt,
    );
    this.known = { videoidPk, requestPk };
    return { status };
  }

  approve(attempt = 1, more: { identity?: IdentityAccepted; own?: OwnCall } = {}) {
    const order = { ...this.ids, officer: OFFICER, decisionId: 'run-1', own: NOTHING, ...more };
    return this.try((activities) => activities.approve(this.key, order), attempt);
  }

  refuse(attempt = 1) {
    const order = { ...this.ids, officer: OFFICER, decisionId: 'run-1', own: NOTHING, reason: 'video-unclear' };
    return this.try((activities) => activities.refuse(this.key, order), attempt);
  }

  async upload(attempt = 1, more: { contractAsItCame?: boolean; identity?: IdentityAccepted } = {}) {
    const { requestPk } = this.ids;
    const done = await this.try(
      (activities) =>
        activities.upload(this.key, { requestPk, documents: this.documents, download: this.download, ...more }),
      attempt,
    );
    this.uploaded = done.documents;
    this.contract = done.contract;
    return done;
  }

  sendCode(attempt = 1, round = 1, coolDown = 60_000) {
    const { requestPk } = this.ids;
    return this.try((activities) => activities.sendCode(this.key, { requestPk, round, coolDown }), attempt);
  }

  async code(): Promise<string> {
    return (await this.provider()).code ?? '';
  }

  sign(code: string, attempt = 1, more: { codeId?: string; settle?: number } = {}) {
    const { codeId = 'code-1', settle = 1 } = more;
    const order = { requestPk: this.ids.requestPk, codeId, settle, own: NOTHING, secret: this.sealed(code) };
    return this.try((activities) => activities.sign(this.key, order), attempt);
  }

  retrieveOrder(filesWithin = 60_000): RetrieveOrder {
    const { requestPk } = this.ids;
    return {
      requestPk,
      documents: this.uploaded,
      contract: this.contract,
      filesWithin,
      download: this.download,
      mayPass: [],
      verification: this.at.config.policy.verification,
      contractAsShown: false,
    };
  }

  /** The request tells the archive what has happened in it. */
  async tells(events: RequestEvent[]): Promise<void> {
    const stand: Stand = {
      stage: 'archiving',
      words: '',
      since: '2026-01-01T00:00:00.000Z',
      endsBy: [],
      verbs: [],
      provider: {},
      code: { notAccepted: 0 },
    };
    const numbered = events.map((event, place) => ({ ...event, number: place + 1 }));
    const envelope = {
      run: 'run',
      started: '2026-01-01T00:00:00.000Z',
      revision: 1,
      after: 0,
      events: numbered,
      stand,
    } satisfies Envelope;
    await this.at.archive.writeJournal(this.key, envelope);
  }

  retrieve(attempt = 1, filesWithin = 60_000) {
    const order = this.retrieveOrder(filesWithin);
    return this.try((activities) => activities.retrieve(this.key, order), attempt);
  }

  clean(attempt = 1) {
    const { requestPk } = this.ids;
    const order = { requestPks: [requestPk], uids: this.uploaded.map(({ uid }) => uid) };
    return this.try((activities) => activities.clean(this.key, order), attempt);
  }

  readStatus(attempt = 1) {
    return this.try(
      (activities) => activities.readStatus(this.key, { requestPk: this.ids.requestPk, gap: 0 }),
      attempt,
    );
  }

  watch(seen: string, attempt = 1, more: Partial<WatchOrder> = {}) {
    const pace = { gap: 0, soon: [10, 20], slow: 1000, jitter: 0 };
    const { requestPk } = this.ids;
    const order = { requestPk, seen, soon: false, recovering: false, pace, budget: 60_000, ...more };
    return this.try((activities) => activities.watch(this.key, order), attempt);
  }

  /** @param person who is in front of the camera */
  finishVideo(person: PersonOrder) {
    return this.at.provider.video(this.ids.requestPk, 'finished', person);
  }

  async correct(attempt = 1, correction: Correction = { phone: '+34699999999' }) {
    const number = await this.at.archive.addCorrection(this.key, correction);
    return this.try((activities) => activities.correct(this.key, { requestPk: this.ids.requestPk, number }), attempt);
  }

  withdraw(attempt = 1, more: { keeps?: KeptVideo } = {}) {
    const order = { requestPk: this.ids.requestPk, ...more };
    return this.try((activities) => activities.withdraw(this.key, order), attempt);
  }

  sealed(text: string): Sealed {
    return seal(text, this.at.sealKey);
  }
}
