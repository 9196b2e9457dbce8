import { Readable } from 'node:stream';
import type { FileDigest } from '../archive/archive.js';
import type { EnrolmentActivities } from '../messages/activities.js';
import { VideoIdError } from '../messages/failures.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { authorityOf, type Dependencies } from './dependencies.js';
import { sealText } from './enrolment-secrets.js';

/** Seed step 7, first half: what the officer is to read before approving, kept as it was shown. */
export function declare(dependencies: Dependencies): EnrolmentActivities['declare'] {
  const { archive, config, registrationAuthority } = dependencies;
  return async (key, { requestPk }) => {
    const { rao } = firstOfficer(config, key);
    const declaration = await storeDeclaration(dependencies, key, requestPk, rao);
    const { stream, size } = await registrationAuthority(key.environment).contract(requestPk, rao);
    const contract = await archive.storeFile(key, { kind: 'contract' }, stream, { expectedBytes: size });
    return { declaration: declaration.sha256, contract: contract.sha256 };
  };
}

/** The declaration names the RAO who signs it by approving: when another officer decides, it is made anew for that one. */
export async function declaredBy(
  dependencies: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  rao: string,
): Promise<void> {
  if (rao !== firstOfficer(dependencies.config, key).rao) await storeDeclaration(dependencies, key, requestPk, rao);
}

async function storeDeclaration(
  { archive, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  rao: string,
): Promise<FileDigest> {
  const { receipt } = await registrationAuthority(key.environment).declaration(requestPk, rao);
  return archive.storeFile(key, { kind: 'declaration' }, Readable.from([receipt]));
}

/** The pre-authorised link, sealed into the archive: it opens only where the private seal key is. */
export function preauthLink(dependencies: Dependencies): EnrolmentActivities['preauthLink'] {
  return async (key, { requestPk }) => {
    const link = await dependencies.registrationAuthority(key.environment).preauthLink(requestPk);
    await dependencies.archive.writeSealed(key, 'preauth-link', sealText(link.reveal(), dependencies.sealPublicKey));
  };
}

/** Declaration and contract name an RAO (§8.2): the one of automatic approvals, else the first of the settings. */
function firstOfficer(config: Dependencies['config'], key: RequestKey): { rao: string } {
  const { officers, review } = authorityOf(config, key);
  const named = review.mode === 'automatic' ? officers[review.officer] : undefined;
  const officer = named ?? Object.values(officers)[0];
  if (officer) return officer;
  throw new VideoIdError('UNKNOWN_OFFICER', `Registration authority ${key.registrationAuthority} has no officer.`, {
    field: 'officers',
    remedy: 'Add an officer to the settings of the registration authority, then retry.',
  });
}
