import { Readable } from 'node:stream';
import type { EnrolmentActivities } from '../../messages/activities.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import { processName } from '../../security/key-failures.js';
import { authorityOf, type Dependencies, officerOf } from '../engine/dependencies.js';
import { downloadLimits, storeDownload } from '../engine/download.js';
import { sealText } from './secrets.js';

/**
 * Step 7, first half: stores what the officer reads before approving. The declaration names the RAO who signs it by
 * approving, so another officer needs a new one.
 */
export function declare(dependencies: Dependencies): EnrolmentActivities['declare'] {
  const { archive, config, registrationAuthority } = dependencies;
  return async (key, { requestPk, officer: named, download }) => {
    const [officer, { rao }] = declaringOfficer(config, key, named);
    const api = registrationAuthority(key.environment);
    const { receipt } = await api.declaration(requestPk, rao);
    const declaration = await archive.storeFile(key, { kind: 'declaration' }, Readable.from([receipt]));
    const { contract: limit } = downloadLimits(dependencies, key, download);
    const pdf = await api.contract(requestPk, rao);
    const contract = await storeDownload(dependencies, key, { kind: 'contract' }, pdf, limit);
    return { declaration: declaration.sha256, contract: contract.sha256, officer };
  };
}

/** Seals the pre-authorised link into the archive. Only the private seal key opens it. */
export function preauthLink(dependencies: Dependencies): EnrolmentActivities['preauthLink'] {
  return async (key, { requestPk }) => {
    const link = await dependencies.registrationAuthority(key.environment).preauthLink(requestPk);
    await dependencies.archive.writeSealed(key, 'preauth-link', sealText(link.reveal(), dependencies.sealPublicKey));
  };
}

/** Declaration and contract name an RAO (§8.2). The default is the officer of automatic approvals, else the first in the settings. */
function declaringOfficer(
  config: Dependencies['config'],
  key: RequestKey,
  named: string | undefined,
): [id: string, officer: { rao: string }] {
  const { officers, review } = authorityOf(config, key);
  const wanted = named ?? (review.mode === 'automatic' ? review.officer : undefined);
  if (wanted !== undefined) return [wanted, officerOf(config, key, wanted)];
  const [first] = Object.entries(officers);
  if (first !== undefined) return first;
  throw new VideoIdError(
    'UNKNOWN_OFFICER',
    `There is no officer in registrationAuthorities.${key.registrationAuthority}.officers in the settings of ${processName('worker')}.`,
    { field: 'officers', remedy: 'Put an officer there, and restart that worker.' },
  );
}
