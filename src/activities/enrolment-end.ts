import type { Certificate } from '../archive/archive.js';
import type { EnrolmentActivities } from '../messages/activities.js';
import type { IssuedCertificate } from '../uanataca/registration-authority/schemas.js';
import type { Dependencies } from './dependencies.js';

/** `videoid_data.refusal_reason` and `certificate_set` (§8.2, §8.4), for the evidence. */
export function readEnd({ archive, registrationAuthority }: Dependencies): EnrolmentActivities['readEnd'] {
  return async (key, { requestPk }) => {
    const { certificates, refusalReason } = await registrationAuthority(key.environment).getRequest(requestPk);
    const provider = await archive.readProvider(key);
    if (provider && certificates.length > 0) {
      await archive.writeProvider(key, { ...provider, certificates: certificates.map(certificateOf) });
    }
    return refusalReason === undefined ? {} : { reason: refusalReason };
  };
}

function certificateOf({ serialNumber, validFrom, validTo }: IssuedCertificate): Certificate {
  return {
    serialNumber,
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validTo === undefined ? {} : { validTo }),
  };
}
