import type { Certificate } from '../../archive/archive.js';
import type { EnrolmentActivities } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import type { IssuedCertificate } from '../../uanataca/registration-authority/registration-authority.js';
import type { Dependencies } from '../engine/dependencies.js';

/** Characters of the provider's reason. */
const LONGEST = 1000;

/** `videoid_data.refusal_reason` and `certificate_set` (§8.2, §8.4), for the evidence. */
export function readEnd({ archive, registrationAuthority }: Dependencies): EnrolmentActivities['readEnd'] {
  return async (key, { requestPk }) => {
    const { certificates, refusalReason } = await registrationAuthority(key.environment).getRequest(requestPk);
    const provider = await archive.readProvider(key);
    if (provider && certificates.length > 0) {
      await archive.writeProvider(key, { ...provider, certificates: certificates.map(certificateOf) });
    }
    return refusalReason === undefined ? {} : { reason: oneLine(refusalReason) };
  };
}

/** Free text, made safe to show. */
function oneLine(words: string): string {
  return words.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST);
}

function certificateOf({ serialNumber, validFrom, validTo }: IssuedCertificate): Certificate {
  return { serialNumber, ...defined({ validFrom, validTo }) };
}
