import { text } from 'node:stream/consumers';
import type { Decided, EnrolmentActivities, OfficerOrder } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey, RequestPk } from '../../messages/request.js';
import { isFieldName } from '../../messages/request-fields.js';
import { ProviderError } from '../../uanataca/errors.js';
import type { RaoLogin } from '../../uanataca/registration-authority/registration-authority.js';
import { raoCredentials } from '../engine/officer-credentials.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { sealedSecrets } from './secrets.js';
import { providerStatus } from '../engine/provider-step.js';
import { decide } from '../review.js';
import { stepFailure } from '../engine/failures.js';

/** Where what an approval answered is kept sealed. */
const APPROVAL = 'approval';

/** Seed step 7, `pl_approve`, with the officer's own username, password and PIN. Anything but CREATED has been decided already. */
export function approveEnrolment(dependencies: Dependencies): EnrolmentActivities['approveEnrolment'] {
  return async (key, { requestPk, ...order }) => {
    const decided = await decide(
      () => providerStatus(dependencies, key, requestPk),
      ['CREATED'],
      async () => {
        const rao = await raoLogin(dependencies, key, order);
        await assertSecretsCanBeKept(dependencies, key, requestPk);
        const receipt = await text((await dependencies.archive.openFile(key, { kind: 'declaration' })).stream);
        const api = dependencies.registrationAuthority(key.environment);
        const { secrets } = await api.approve(requestPk, rao, { receipt }).catch(namingFields);
        const { enrolment } = authorityOf(dependencies.config, key);
        const sealed = sealedSecrets(enrolment?.secrets, secrets, dependencies.sealPublicKey);
        if (sealed) await dependencies.archive.writeSealed(key, APPROVAL, sealed);
      },
    );
    const secrets = await secretsOfApproval(dependencies, key, requestPk, decided);
    return { ...decided, ...defined({ secrets }) };
  };
}

/** The provider names the fields it misses in its words (§8.3, 412): a person is asked for these. */
function namingFields(error: unknown): never {
  if (!(error instanceof ProviderError) || error.code !== 'FIELDS_MISSING') throw error;
  const listed = /Invalid request fields:(.*)/i.exec(error.words)?.[1] ?? '';
  const fields = (listed.match(/\w+/g) ?? []).filter(isFieldName);
  throw stepFailure(error.code, error.words, { facts: fields.length === 0 ? {} : { fields: fields.join(' ') } });
}

/** Declining at CREATED cancels (§8.2); refusing the video itself is the provider's operator's, unless a setting says otherwise. */
export function declineEnrolment(dependencies: Dependencies): EnrolmentActivities['declineEnrolment'] {
  return async (key, { requestPk, reason, ...order }) => {
    const api = dependencies.registrationAuthority(key.environment);
    const { enrolment } = authorityOf(dependencies.config, key);
    return decide(
      () => providerStatus(dependencies, key, requestPk),
      enrolment?.refuseVideo ? ['CREATED', 'VIDEOREVIEW'] : ['CREATED'],
      async (status) => {
        if (status === 'CREATED') await api.cancel(requestPk);
        else await api.refuseVideoid(requestPk, await raoLogin(dependencies, key, order), reason);
      },
    );
  };
}

/** @throws VideoIdError CREDENTIALS_REFUSED for an officer with a token, besides those of `raoCredentials` */
async function raoLogin(
  dependencies: Dependencies,
  key: RequestKey,
  { officer, credentials }: OfficerOrder,
): Promise<RaoLogin> {
  const rao = await raoCredentials(dependencies, key, officer, credentials);
  if (!('token' in rao)) return rao;
  throw new VideoIdError(
    'CREDENTIALS_REFUSED',
    `Officer "${officer}" has a token, which decides about no enrolments.`,
    {
      field: 'officer',
      remedy: 'Give the officer username, password and PIN in the settings.',
    },
  );
}

/**
 * Secrets are answered to the approval alone: without a key or room for them nothing is approved. The mark, which shows that
 * the archive can be written, tells later tries that the approval may be ours.
 *
 * @throws VideoIdError BAD_SETTING, ARCHIVE_FULL, ARCHIVE_UNAVAILABLE
 */
async function assertSecretsCanBeKept(
  { archive, config, sealPublicKey }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
): Promise<void> {
  const { enrolment } = authorityOf(config, key);
  if (!sealedSecrets(enrolment?.secrets, {}, sealPublicKey)) return;
  await archive.assertReserve();
  await archive.mark(key, approvalMark(requestPk));
}

/**
 * What became of the secrets of an approval of ours. Where its answer did not come home they are read from the scratchcard,
 * which has the same (an assumption); that is tried again until the archive has taken them.
 */
async function secretsOfApproval(
  { archive, config, registrationAuthority, sealPublicKey }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  { status }: Decided,
): Promise<Decided['secrets']> {
  if (status !== 'ENROLLREADY' && status !== 'ISSUED') return undefined;
  if (!(await archive.hasMark(key, approvalMark(requestPk)))) return undefined;
  if (await archive.readSealed(key, APPROVAL)) return 'kept';
  const api = registrationAuthority(key.environment);
  const { scratchcard } = await api.getRequest(requestPk);
  const card = scratchcard === undefined ? undefined : await api.scratchcard(scratchcard).catch(noneIfRefused);
  if (card === undefined || Object.keys(card.secrets).length === 0) return 'lost';
  const { enrolment } = authorityOf(config, key);
  const sealed = sealedSecrets(enrolment?.secrets, card.secrets, sealPublicKey);
  if (!sealed) return undefined; // the choice was changed meanwhile: they are dropped
  await archive.writeSealed(key, APPROVAL, sealed);
  return 'read-again';
}

function approvalMark(requestPk: RequestPk): string {
  return `approve-${requestPk}`;
}

function noneIfRefused(error: unknown): undefined {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
  return undefined;
}
