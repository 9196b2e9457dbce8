import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import { videoIn } from '../../messages/request-fields.js';
import type { RequestStatus, Verb } from '../../messages/status.js';
import type { CommandPlace } from '../commands.js';
import { attemptNames } from '../running/access.js';

/** What the commands for an attempt depend on, beside where the request stands. */
export async function commandPlace(
  { archive, config }: { archive: Archive; config: Config },
  record: RequestRecord,
): Promise<CommandPlace> {
  return {
    ...(await attemptNames(archive, record)),
    ...decider(config, record),
    barred: barredVerbs(config, record),
  };
}

/** The same place, where the request stands now. */
export function placeOf(status: RequestStatus, place: CommandPlace): CommandPlace {
  const { missing, identity, stage, provider } = status;
  return {
    ...place,
    missing,
    identity,
    afterVideo: stage === 'review',
    codeOut: stage === 'code',
    videoPerhapsFinished: stage === 'video' && videoIn(provider.status) === 'perhaps-finished',
  };
}

/** An officer of the settings, and the flags that ask for what the settings lack. Best one for whom nothing must be typed. */
function decider(config: Config, { registrationAuthority }: RequestRecord): Pick<CommandPlace, 'officer' | 'asks'> {
  const officers = Object.entries(config.registrationAuthorities[registrationAuthority]?.officers ?? {}).map(
    ([officer, { token, password, pin }]) => ({
      officer,
      asks:
        token === undefined ? [...(password ? [] : ['--ask-password']), ...(pin ? [] : ['--ask-pin'])].join(' ') : '',
    }),
  );
  return officers.find(({ asks }) => asks === '') ?? officers[0] ?? {};
}

const BY_THE_SIGNER: readonly Verb[] = ['accept', 'code', 'sign'];
const BY_AN_OFFICER: readonly Verb[] = ['approve', 'refuse'];

/** The verbs whose commands these settings refuse: on production the signer's, and without officers the decision. */
function barredVerbs(
  { codeEntry, environments, registrationAuthorities }: Config,
  { environment, registrationAuthority }: RequestRecord,
): ReadonlySet<Verb> {
  const signerAlone = codeEntry !== 'allowed' && environments[environment]?.env !== 'sandbox';
  const officers = Object.keys(registrationAuthorities[registrationAuthority]?.officers ?? {});
  return new Set([...(signerAlone ? BY_THE_SIGNER : []), ...(officers.length === 0 ? BY_AN_OFFICER : [])]);
}
