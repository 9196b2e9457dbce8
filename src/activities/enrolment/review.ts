import { text } from 'node:stream/consumers';
import type { Decided, EnrolmentActivities, OfficerOrder } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestKey, RequestPk } from '../../messages/request.js';
import { isFieldName } from '../../messages/request-fields.js';
import { ProviderError } from '../../uanataca/errors.js';
import type { RaoLogin } from '../../uanataca/registration-authority/registration-authority.js';
import { raoCredentials, withOfficer } from '../engine/officer-credentials.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { sealedSecrets } from './secrets.js';
import { providerStatus } from '../engine/provider-step.js';
import { decide } from '../review.js';
import { stepFailure } from '../engine/failures.js';

/** The name under which the secrets of an approval are kept sealed. */
const APPROVAL = 'approval';

/** Step 7, `pl_approve`, with the officer's own username, password and PIN. In any status but CREATED it was decided before. */
export function approveEnrolment(dependencies: Dependencies): EnrolmentActivities['approveEnrolment'] {
  return async (key, order) => {
    const { requestPk } = order;
    const decided = await decide(dependencies, key, order, {
      read: () => providerStatus(dependencies, key, requestPk),
      undecided: ['CREATED'],
      prepare: async () => {
        const rao = await raoLogin(dependencies, key, order);
        await assertSecretsCanBeKept(dependencies, key, requestPk);
        const receipt = await text((await dependencies.archive.openFile(key, { kind: 'declaration' })).stream);
        const api = dependencies.registrationAuthority(key.environment);
        return async () => {
          const { secrets } = await withOfficer(key, order.officer, () => api.approve(requestPk, rao, { receipt }));
          const { enrolment } = authorityOf(dependencies.config, key);
          const sealed = sealedSecrets(enrolment?.secrets, secrets, dependencies.sealPublicKey);
          if (sealed) await dependencies.archive.writeSealed(key, APPROVAL, sealed);
        };
      },
    }).catch(namingFields);
    const secrets = await secretsOfApproval(dependencies, key, requestPk, decided);
    return { ...decided, ...defined({ secrets }) };
  };
}

/** The provider's words name the missing fields (§8.3, 412). A person is asked for them. */
function namingFields(error: unknown): never {
  if (!(error instanceof ProviderError) || error.code !== 'FIELDS_MISSING') throw error;
  const listed = /Invalid request fields:(.*)/i.exec(error.words)?.[1] ?? '';
  const fields = (listed.match(/\w+/g) ?? []).filter(isFieldName);
  throw stepFailure(error.code, error.words, { facts: fields.length === 0 ? {} : { fields: fields.join(' ') } });
}

/** At CREATED, declining cancels (§8.2). Only the provider's operator refuses the video itself, unless a setting allows it. */
export function declineEnrolment(dependencies: Dependencies): EnrolmentActivities['declineEnrolment'] {
  return async (key, { reason, ...order }) => {
    const { requestPk } = order;
    const api = dependencies.registrationAuthority(key.environment);
    const { enrolment } = authorityOf(dependencies.config, key);
    return decide(dependencies, key, order, {
      read: () => providerStatus(dependencies, key, requestPk),
      undecided: enrolment?.refuseVideo ? ['CREATED', 'VIDEOREVIEW'] : ['CREATED'],
      prepare: async (status) => {
        if (status === 'CREATED') return () => api.cancel(requestPk);
        const rao = await raoLogin(dependencies, key, order);
        return () => withOfficer(key, order.officer, () => api.refuseVideoid(requestPk, rao, reason));
      },
    });
  };
}

/** @throws VideoIdError CREDENTIALS_REFUSED for an officer with a token, and the errors of `raoCredentials` */
async function raoLogin(
  dependencies: Dependencies,
  key: RequestKey,
  { officer, credentials }: Pick<OfficerOrder, 'officer' | 'credentials'>,
): Promise<RaoLogin> {
  const rao = await raoCredentials(dependencies, key, officer, credentials);
  if (!('token' in rao)) return rao;
  throw new VideoIdError(
    'CREDENTIALS_REFUSED',
    `Officer "${officer}" has only a token, which cannot decide about enrolments.`,
    {
      field: 'officer',
      remedy: 'Give the officer username, password and PIN in the settings.',
    },
  );
}

/**
 * Only the approval's answer contains the secrets, so nothing is approved unless they can be stored. The mark proves that the
 * archive can be written. It also shows later tries that the approval may be ours.
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
 * Whether the secrets of our approval were stored. If the answer was lost, they are read from the scratchcard, which has the
 * same ones (an assumption). This is tried again until the archive has stored them.
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
  if (!sealed) return undefined; // the setting was changed meanwhile: the secrets are dropped
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
