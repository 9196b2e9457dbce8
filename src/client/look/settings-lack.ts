import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import type { FailureCode } from '../../messages/failures.js';
import { sentence } from '../../messages/sentences.js';
import { type Attention, byDeadline, DECIDED_IN_CONSOLE, type PresentStatus } from '../../messages/status.js';

/** What is in the way, and what ends the wait without these settings. */
interface Lack {
  attention: Attention;
  endsBy: string[];
}

/**
 * What is missing in the settings, if nobody can decide about the video because of it. These are the settings of the process that
 * is asked. The workers have their own, and a step that needs them says the same.
 */
export function lackOfSettings(
  { registrationAuthorities }: Config,
  { registrationAuthority: id, automaticOfficer }: RequestRecord,
  { stage, reviewMode, words, since, deadline }: PresentStatus,
): Lack | undefined {
  if (stage !== 'review' || reviewMode === 'at-provider') return undefined;
  const lack = (code: FailureCode, missing: string): Lack => ({
    attention: {
      step: 'wait',
      code,
      words: `${sentence(words)} ${missing} Put it back, restart the workers, and decide then. Or decide in the provider's console.`,
      since,
      tries: 1,
      awaits: 'people',
      leavesByItself: false,
      remedies: [],
    },
    endsBy: [DECIDED_IN_CONSOLE, ...(deadline === undefined ? [] : [byDeadline(deadline)])],
  });
  const authority = registrationAuthorities[id];
  if (authority === undefined)
    return lack(
      'UNKNOWN_REGISTRATION_AUTHORITY',
      `Registration authority ${id} is not in the settings, so nobody can decide here.`,
    );
  const officers = Object.keys(authority.officers);
  if (officers.length === 0)
    return lack(
      'UNKNOWN_OFFICER',
      `Registration authority ${id} has no officer in the settings, so nobody can decide here.`,
    );
  if (reviewMode === 'automatic' && automaticOfficer !== undefined && !officers.includes(automaticOfficer))
    return lack(
      'UNKNOWN_OFFICER',
      `Officer "${automaticOfficer}", who approves automatically, is not in the settings.`,
    );
  return undefined;
}
