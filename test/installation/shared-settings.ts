import { DEFAULT_SETTINGS } from '../../sandbox/settings/defaults.js';
import { AUTHORITIES, OFFICER } from '../../local/local-config.js';
import { addOtherOfficer, OTHER_RAO } from './other-officer.js';

/** Registration authorities and officers that some test files need. They do not disturb the others. */
export const MORE_AUTHORITIES = {
  /** Asks if no document number is shown, and accepts certificates without one. */
  asking: '2139',
  /** Sets requirements for the signed files. Review is automatic. */
  strict: '2140',
  /** Has one scratchcard. */
  scarce: '2141',
} as const;

/** An officer of the manual authority. No settings contain the PIN. */
export const TYPING_OFFICER = 'officer-typing';

interface Authority {
  officers: Record<string, object>;
  enrolment: object;
}

/** For the settings of the installation. */
export function shareSettings(settings: Record<string, unknown>): void {
  const authorities = settings['registrationAuthorities'] as Record<string, Authority>;
  addOtherOfficer(settings);
  const manual = authorities[AUTHORITIES.manual];
  const automatic = authorities[AUTHORITIES.automatic];
  if (manual === undefined || automatic === undefined) throw new Error('the local settings are not as they were');
  automatic.enrolment = { ...automatic.enrolment, preauthLink: true };
  const more = {
    [MORE_AUTHORITIES.asking]: {
      ...manual,
      policy: { mayPass: ['signer-not-named'], identity: { notShown: 'ask' } },
    },
    [MORE_AUTHORITIES.scarce]: { ...manual },
    [MORE_AUTHORITIES.strict]: {
      ...automatic,
      profiles: ['PFnubeQAFCiudadano', 'PFnubeNC'],
      policy: {
        mayPass: ['contract-rewritten'],
        verification: { requires: ['qc-compliance', 'qc-sscd'], contractSigners: { others: 0 } },
      },
    },
  };
  addTypingOfficer(manual);
  for (const [id, authority] of Object.entries(more)) authorities[id] = Object.assign(authority, { webhookTokens: [] });
}

/** An officer whose PIN is not in the settings. */
export function addTypingOfficer(authority: { officers: Record<string, object> }): void {
  authority.officers = { ...authority.officers, [TYPING_OFFICER]: { ...authority.officers[OFFICER], pin: undefined } };
}

/** The same for the provider, in addition to what `given` says about the usual authorities. */
export function shareSandbox(given: Record<string, { behaviour: object }>): {
  registrationAuthorities: object;
  raos: object;
} {
  const { asking, strict, scarce } = MORE_AUTHORITIES;
  const registrationAuthorities = {
    ...given,
    [asking]: { name: 'Asking authority', ...given[AUTHORITIES.manual] },
    [strict]: { name: 'Strict authority', ...given[AUTHORITIES.automatic] },
    [scarce]: {
      name: 'Scarce authority',
      behaviour: { ...given[AUTHORITIES.manual]?.behaviour, ra: { scratchcards: 1 } },
    },
  };
  const all = {
    ...DEFAULT_SETTINGS.raos['1400'],
    registrationAuthorities: [...Object.values(AUTHORITIES), asking, strict],
  };
  return { registrationAuthorities, raos: { '1400': all, [OTHER_RAO]: all } };
}
