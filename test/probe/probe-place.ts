import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Config, loadConfig } from '../../src/config.js';
import type { Finding, ProbeFile } from '../../src/probe/file.js';
import type { ProbeOptions } from '../../src/probe/flow.js';
import type { People } from '../../src/probe/people.js';
import { beginProbe, carryOutProbe } from '../../src/probe/probe.js';
import type { Report } from '../../src/probe/report/report.js';
import { SimulatedPeople } from '../../src/probe/simulated-people.js';
import { readProbeFile, type ProbeStorage } from '../../src/probe/storage.js';
import { layAuthority } from '../keys.js';

/** Made-up values that must not reach the files of a probe. */
export const SIGNER = { phone: '+34600987123', email: 'carla.canaria@canary.example' };
const SECRETS: Record<string, string> = {
  PROBE_BILLING_USERNAME: 'sandbox-billing',
  PROBE_BILLING_PASSWORD: 'sandbox-billing-password',
  PROBE_OFFICER_USERNAME: '1125824',
  PROBE_OFFICER_PASSWORD: 'rao-password-1400',
  PROBE_OFFICER_PIN: 'rao-pin-1400',
};

/** One run of a probe. */
export interface Probed {
  storage: ProbeStorage;
  report: Report;
  file: ProbeFile;
  finding: (assumption: string) => Finding;
  /** All files that may leave this machine, or be shown to people: the file, and the report. */
  texts(): Promise<string>;
  said: string[];
}

interface Order {
  /** Assumptions of the environment. */
  assumptions?: object;
  /** Where the Optimizer is, if it is not the sandbox. */
  optimizer?: string;
  people?: People;
  others?: boolean;
  /** Milliseconds. */
  patience?: number;
  officer?: string | undefined;
}

/** A simulated provider, and a place for the files of probes. */
export class ProbePlace {
  readonly provider: SandboxClient;

  private constructor(
    readonly directory: string,
    readonly sandbox: RunningSandbox,
  ) {
    this.provider = new SandboxClient(sandbox.url);
  }

  /** @param like the file of a probe: then the sandbox has no other settings */
  static async open(behaviour: object = {}, like?: string): Promise<ProbePlace> {
    const directory = await mkdtemp(join(tmpdir(), 'videoid-probe-place-'));
    await layAuthority(join(directory, 'sandbox'));
    Object.assign(process.env, SECRETS);
    const state = join(directory, 'sandbox');
    const settings = { behaviour: { algorithm: 'ecdsa', codeCoolDown: 60_000, ...behaviour } };
    return new ProbePlace(directory, await startSandbox({ state, ...(like === undefined ? { settings } : { like }) }));
  }

  config({ assumptions = {}, optimizer = this.sandbox.url }: Order = {}): Config {
    return loadConfig(
      {},
      {
        archive: { directory: join(this.directory, 'archive') },
        environments: { tried: { optimizer, env: 'sandbox', roots: [this.sandbox.roots], assumptions } },
        registrationAuthorities: {
          '139': {
            environment: 'tried',
            profiles: ['PFnubeQAFCiudadano'],
            billing: { username: 'env:PROBE_BILLING_USERNAME', password: 'env:PROBE_BILLING_PASSWORD' },
            officers: {
              ana: {
                rao: '1400',
                username: 'env:PROBE_OFFICER_USERNAME',
                password: 'env:PROBE_OFFICER_PASSWORD',
                pin: 'env:PROBE_OFFICER_PIN',
              },
            },
          },
        },
      },
    );
  }

  options(order: Order, said: string[]): ProbeOptions {
    const people =
      order.people ?? new SimulatedPeople(this.sandbox.url, (...lines) => void said.push(...lines), SHOWN_WITHIN);
    return {
      config: this.config(order),
      people,
      others: order.others ?? true,
      simulated: true,
      callbacks: {},
      poll: 5,
      patience: order.patience ?? 20_000,
    };
  }

  async begin(order: Order = {}): Promise<ProbeStorage> {
    return beginProbe(
      {
        flow: 'signature',
        registrationAuthority: '139',
        officer: 'officer' in order ? order.officer : 'ana',
        signer: SIGNER,
        profile: 'PFnubeQAFCiudadano',
        documents: [],
        folder: join(this.directory, 'probes'),
      },
      this.options(order, []),
    );
  }

  /** A whole probe, or the rest of one. */
  async probe(order: Order = {}, begun?: ProbeStorage): Promise<Probed> {
    const storage = begun ?? (await this.begin(order));
    const said: string[] = [];
    const report = await carryOutProbe(storage, this.options(order, said));
    const file = await readProbeFile(storage.path);
    return {
      storage,
      report,
      file,
      said,
      finding(assumption) {
        const found = file.findings.find((finding) => finding.assumption === assumption);
        if (found === undefined) throw new Error(`there is no finding about ${assumption}`);
        return found;
      },
      async texts() {
        const files = await Promise.all([storage.path, storage.reportPath].map((path) => readFile(path, 'utf8')));
        return [...files, JSON.stringify(report)].join('\n');
      },
    };
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await rm(this.directory, { recursive: true });
  }
}

/** Milliseconds. Our sandbox shows changes at once, or never. */
const SHOWN_WITHIN = 200;
