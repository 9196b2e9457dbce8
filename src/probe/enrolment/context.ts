import { createHash } from 'node:crypto';
import type { RegistrationAuthorityAssumptions } from '../../uanataca/registration-authority/assumptions.js';
import {
  type RaoLogin,
  RegistrationAuthority,
  type RegistrationAuthoritySettings,
} from '../../uanataca/registration-authority/registration-authority.js';
import { isNaturalPerson } from '../../messages/profiles.js';
import { FlowContext, type FlowSettings, type Subject } from '../context.js';
import type { ProbeRun } from '../run.js';

export interface EnrolmentSettings extends FlowSettings<RegistrationAuthorityAssumptions> {
  api: Omit<RegistrationAuthoritySettings, 'assumptions' | 'observer'>;
  /** Undefined: a person approves in the provider's console. */
  officer: RaoLogin | undefined;
  /** A PDF, as evidence. */
  evidence: Buffer;
  /** What the settings of the registration authority allow. */
  refuseVideo: boolean;
  preauthLink: boolean;
}

/** What the steps of the enrolment flow get. */
export class EnrolmentContext extends FlowContext<
  RegistrationAuthority,
  RegistrationAuthorityAssumptions,
  EnrolmentSettings
> {
  protected override make(assumptions: RegistrationAuthorityAssumptions): RegistrationAuthority {
    return new RegistrationAuthority({ ...this.settings.api, assumptions, observer: this.run.recorder });
  }

  /** The provider's id of the registration authority. */
  get authority(): string {
    return this.run.secrets.registrationAuthority;
  }

  /** Serial number of a request's scratchcard. */
  card(subject: Subject): string {
    return this.run.needed(`${subject}.scratchcard`);
  }

  get isProduction(): boolean {
    return this.run.file.env === 'prod';
  }
}

/** Why a step is left out that only a request in CREATED needs. */
export function unlessCreated({ run }: { run: ProbeRun }): string | undefined {
  return landedIn(run) === 'CREATED' ? undefined : 'as the validation led straight to ENROLLREADY';
}

/** The status after the validation. If the provider did not show it, the profile says what is documented. */
export function landedIn(run: ProbeRun): string {
  const landed = run.file.notes.find(({ step, name }) => step === 'validation' && name === 'landed')?.value;
  if (typeof landed === 'string') return landed;
  return isNaturalPerson(run.secrets.profile) === true ? 'ENROLLREADY' : 'CREATED';
}

/** Hex. */
export function sha256Of(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
