import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import type { RequestPk } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import type { RegistrationAuthority } from '../../src/uanataca/registration-authority/registration-authority.js';
import type { RegistrationAuthorityAssumptions } from '../../src/uanataca/registration-authority/assumptions.js';
import { layAuthority } from '../keys.js';
import { authorityOf } from './authority-server.js';

export const OFFICER = {
  rao: '1400',
  username: new Secret('1125824'),
  password: new Secret('rao-password-1400'),
  pin: new Secret('rao-pin-1400'),
};

/** What an organisation's profile needs in addition to the video's data. */
export const COMPANY = {
  organization_name: 'Ejemplo SL',
  organization_country: 'ES',
  organization_email: 'info@example.com',
  organization_tax_number: 'B00000000',
  responsible_name: 'Eva',
  responsible_first_surname: 'Muestra',
  responsible_serial: '00000000T',
  title: 'Dra.',
};

export const PERSON_PROFILE = 'PFnubeQAFCiudadano';
export const COMPANY_PROFILE = 'PFnubeQAFEmpresa';

/** A registration authority of the simulated provider with its real listener, and the people around it. */
export class SimulatedAuthority {
  /** The signers, the operator and the faults of the simulated provider. */
  readonly provider: SandboxClient;

  private constructor(
    private readonly directory: string,
    private readonly sandbox: RunningSandbox,
    /** Its address, and the files that its callers need. */
    readonly served: Parameters<typeof authorityOf>[0],
    readonly client: RegistrationAuthority,
  ) {
    this.provider = new SandboxClient(sandbox.url);
  }

  static async start(
    behaviour: object = {},
    assumptions: Partial<RegistrationAuthorityAssumptions> = {},
  ): Promise<SimulatedAuthority> {
    const directory = await mkdtemp(join(tmpdir(), 'videoid-authority-'));
    await layAuthority(directory);
    const sandbox = await startSandbox({ state: directory, raPort: 0, settings: { behaviour: { ra: behaviour } } });
    const { ra } = sandbox;
    if (ra === undefined) throw new Error('the sandbox has no registration authority');
    const served = { address: ra.api, files: ra.files };
    return new SimulatedAuthority(directory, sandbox, served, authorityOf(served, { assumptions }));
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.sandbox.close();
    await rm(this.directory, { recursive: true });
  }

  async fault(name: string, endpoint: string): Promise<void> {
    await this.provider.addFault({ name, endpoint, times: 1 });
  }

  /** A new request on the next scratchcard. */
  async enrol(profile: string): Promise<RequestPk> {
    const { sn } = await this.client.firstUnusedScratchcard('139');
    return (await this.client.createRequest(this.order(profile, sn))).requestPk;
  }

  order(profile: string, scratchcard: string) {
    return {
      profile,
      scratchcard,
      registrationAuthority: '139',
      email: 'ana.ejemplo@example.com',
      phone: '+34600123123',
      secureElement: '2',
      validityTime: '730',
    };
  }

  /** The signer finishes the video and the provider's operator accepts it: ENROLLREADY for a person, CREATED for others. */
  async validated(profile: string): Promise<RequestPk> {
    const pk = await this.enrol(profile);
    await this.provider.video(pk, 'finished');
    await this.provider.operator(pk, 'validate');
    return pk;
  }

  async statusOf(pk: RequestPk): Promise<string> {
    return (await this.client.getRequest(pk)).status;
  }
}
