import { Readable } from 'node:stream';
import type { EnrolmentActivities } from '../../messages/activities.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { downloadLimits, storeDownload } from '../engine/download.js';
import { sealText } from './secrets.js';

/**
 * Seed step 7, first half: what the officer is to read before approving, kept as it was shown. The declaration names the RAO who
 * signs it by approving: for another officer it is made anew.
 */
export function declare(dependencies: Dependencies): EnrolmentActivities['declare'] {
  const { archive, config, registrationAuthority } = dependencies;
  return async (key, { requestPk, officer: named, download }) => {
    const [officer, { rao }] = officerOf(config, key, named);
    const api = registrationAuthority(key.environment);
    const { receipt } = await api.declaration(requestPk, rao);
    const declaration = await archive.storeFile(key, { kind: 'declaration' }, Readable.from([receipt]));
    const { contract: limit } = downloadLimits(dependencies, key, download);
    const pdf = await api.contract(requestPk, rao);
    const contract = await storeDownload(dependencies, key, { kind: 'contract' }, pdf, limit);
    return { declaration: declaration.sha256, contract: contract.sha256, officer };
  };
}

/** The pre-authorised link, sealed into the archive: it opens only where the private seal key is. */
export function preauthLink(dependencies: Dependencies): EnrolmentActivities['preauthLink'] {
  return async (key, { requestPk }) => {
    const link = await dependencies.registrationAuthority(key.environment).preauthLink(requestPk);
    await dependencies.archive.writeSealed(key, 'preauth-link', sealText(link.reveal(), dependencies.sealPublicKey));
  };
}

/** Declaration and contract name an RAO (§8.2): if none is named, the one of automatic approvals, else the first of the settings. */
function officerOf(
  config: Dependencies['config'],
  key: RequestKey,
  named: string | undefined,
): [id: string, officer: { rao: string }] {
  const { officers, review } = authorityOf(config, key);
  const wanted = named ?? (review.mode === 'automatic' ? review.officer : undefined);
  const found = Object.entries(officers).find(([id]) => wanted === undefined || id === wanted);
  if (found) return found;
  const { registrationAuthority } = key;
  const words =
    wanted === undefined
      ? `Registration authority ${registrationAuthority} has no officer.`
      : `Registration authority ${registrationAuthority} has no officer "${wanted}".`;
  throw new VideoIdError('UNKNOWN_OFFICER', words, {
    field: 'officers',
    remedy: 'Add the officer to the settings of the registration authority, then retry.',
  });
}
