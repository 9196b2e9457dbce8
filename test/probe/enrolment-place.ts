import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Config, loadConfig } from '../../src/config.js';
import type { People } from '../../src/probe/people.js';
import { type ProbeOrder, beginProbe, carryOutProbe } from '../../src/probe/probe.js';
import type { Finding, ProbeFile } from '../../src/probe/file.js';
import { SimulatedPeople } from '../../src/probe/simulated-people.js';
import type { ProbeStorage } from '../../src/probe/storage.js';
import { layAuthority } from '../keys.js';

export const SIGNER = { phone: '+34600778899', email: 'canary-signer@example.com' };
export const LOGIN = { username: '1125824', password: 'rao-password-1400', pin: 'rao-pin-1400' };

export interface Served {
  address: string;
  ca: string;
  certificate: string;
  key: string;
}

/** A simulated provider, and the settings and files of somebody who probes it. */
export class EnrolmentPlace {
  readonly provider: SandboxClient;
  /** Milliseconds. The longest wait. */
  patience = 5_000;
  /** What the probe said. */
  readonly said: string[] = [];

  private constructor(
    readonly folder: string,
    private readonly sandbox: RunningSandbox,
  ) {
    this.provider = new SandboxClient(sandbox.url);
  }

  static async start(): Promise<EnrolmentPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'videoid-probe-enrolment-'));
    await layAuthority(folder);
    for (const [name, value] of Object.entries(LOGIN)) await writeFile(join(folder, name), value, { mode: 0o600 });
    const behaviour = { algorithm: 'ecdsa', ra: { scratchcards: 500 } };
    return new EnrolmentPlace(folder, await startSandbox({ state: folder, raPort: 0, settings: { behaviour } }));
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true });
  }

  /** The provider behaves so until the next call of this. */
  async behaves(ra: object, shared: object = {}): Promise<void> {
    await this.provider.resetSettings();
    await this.provider.clearFaults();
    await this.provider.settings({ behaviour: { ...shared, ra } });
  }

  /** The address of the API, and the PEM files of its callers. */
  get served(): Served {
    const { ra } = this.sandbox;
    if (ra === undefined) throw new Error('the sandbox has no registration authority');
    return { address: ra.api, ...ra.files };
  }

  config({ assumptions = {}, enrolment = {}, api: hasApi = true, served = this.served, env = 'sandbox' } = {}): Config {
    const { address, ca, certificate, key } = served;
    const file = (name: string): string => `file:${join(this.folder, name)}`;
    const api = { address, certificate: `file:${certificate}`, key: `file:${key}`, ca, assumptions };
    const officer = { rao: '1400', username: file('username'), password: file('password'), pin: file('pin') };
    return loadConfig(
      {},
      {
        archive: { directory: join(this.folder, 'archive') },
        environments: {
          tried: { optimizer: this.sandbox.url, env, ...(hasApi ? { registrationAuthorityApi: api } : {}) },
        },
        registrationAuthorities: {
          139: {
            environment: 'tried',
            profiles: ['PFnubeQAFCiudadano', 'PFnubeQAFEmpresa'],
            officers: { eva: officer },
            ...(hasApi ? { enrolment: { secrets: 'drop', ...enrolment } } : {}),
          },
        },
      },
    );
  }

  people(): People {
    return new SimulatedPeople(this.sandbox.url, (...lines) => void this.said.push(...lines));
  }

  async begin(order: Partial<ProbeOrder> = {}, config = this.config()): Promise<ProbeStorage> {
    return beginProbe(
      {
        flow: 'enrolment',
        registrationAuthority: '139',
        officer: 'eva',
        signer: SIGNER,
        profile: 'PFnubeQAFEmpresa',
        fields: {},
        documents: [],
        folder: await mkdtemp(join(this.folder, 'probe-')),
        ...order,
      },
      this.options(config),
    );
  }

  async carryOut(storage: ProbeStorage, { config = this.config(), people = this.people(), others = true } = {}) {
    return carryOutProbe(storage, { ...this.options(config), people, others });
  }

  /** A whole probe. */
  async probe(
    order: Partial<ProbeOrder> = {},
    more: { config?: Config; others?: boolean } = {},
  ): Promise<{ file: ProbeFile; storage: ProbeStorage; finding: (name: string) => Finding; settings: unknown }> {
    const storage = await this.begin(order, more.config);
    const report = await this.carryOut(storage, more);
    const { file } = await storage.load();
    const finding = (name: string): Finding => {
      const found = file.findings.find(({ assumption }) => assumption === name);
      if (found === undefined) throw new Error(`no finding about ${name}`);
      return found;
    };
    return { file, storage, finding, settings: report.settings };
  }

  /** Everything that may be sent to others, or that was said. */
  async shown(storage: ProbeStorage): Promise<string> {
    const files = await Promise.all([storage.path, storage.reportPath].map((path) => readFile(path, 'utf8')));
    return [...files, ...this.said].join('\n');
  }

  private options(config: Config) {
    const { patience } = this;
    return { config, people: this.people(), others: true, simulated: true, poll: 2, patience, callbacks: {} };
  }
}
