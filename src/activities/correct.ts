import { ApplicationFailure } from '@temporalio/activity';
import type { SignatureActivities } from '../messages/activities.js';
import { IDENTITY_FIELDS, type IdentityFields, isFieldName } from '../messages/request-fields.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import { ProviderError } from '../uanataca/errors.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import type { Dependencies } from './engine/dependencies.js';
import { comparedIdentity } from './identity.js';
import { providerRequest } from './engine/provider-step.js';
import { stepFailure } from './engine/failures.js';

/**
 * `PUT request/{request_pk}` with corrected data: e-mail or phone before the video, the signer's identity after it. Doing it
 * twice does no harm. A refused correction is removed from the archive, so that a later video request does not use it.
 */
export function correct(dependencies: Dependencies): SignatureActivities['correct'] {
  const { archive } = dependencies;
  return async (key, { requestPk, number }) => {
    const signer = await archive.readSigner(key, number);
    const fields = (await archive.readCorrection(key, number))?.fields ?? {};
    try {
      assertCorrectable(dependencies, key, fields);
      const before = await replaceData(dependencies, key, requestPk, { ...signer, fields });
      const read = await providerRequest(dependencies, key, requestPk);
      assertAccepted(before, read, fields);
      return { status: read.status, ...(await comparedIdentity(dependencies, key, read)) };
    } catch (error) {
      const failure = namingFields(error, fields);
      if (isRefusal(failure)) await archive.dropCorrection(key, number);
      throw failure;
    }
  };
}

/** The call replaces the whole request. So all other data is read first and sent back (§4.11, §8.2). Returns what was read. */
async function replaceData(
  { optimizer, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  { email, phone, fields }: { email: string; phone: string; fields: IdentityFields },
): Promise<ProviderRequest> {
  if (key.flow === 'signature') {
    const provider = optimizer(key.environment);
    const read = await provider.getRequest(requestPk);
    await provider.updateRequest(requestPk, read, { email, phone, fields });
    return read;
  }
  const api = registrationAuthority(key.environment);
  const read = await api.getRequest(requestPk);
  await api.updateRequest(requestPk, read, { email, mobile_phone_number: phone });
  return read;
}

/** @throws ApplicationFailure FIELD_FROM_VIDEO naming the fields */
function assertCorrectable({ config }: Dependencies, key: RequestKey, fields: IdentityFields): void {
  const correctable = config.environments[key.environment]?.assumptions.identityCorrectable ?? [];
  const others = namesOf(fields).filter((name) => !correctable.includes(name));
  if (others.length > 0)
    throw notAccepted(others, 'The setting identityCorrectable says that the provider does not accept');
}

/** The provider may answer with success and change nothing. @throws ApplicationFailure FIELD_FROM_VIDEO naming the fields */
function assertAccepted(before: ProviderRequest, { fields: now }: ProviderRequest, fields: IdentityFields): void {
  const ignored = namesOf(fields).filter(
    (name) => now[name] !== undefined && now[name] === before.fields[name] && now[name] !== fields[name],
  );
  if (ignored.length > 0) throw notAccepted(ignored, 'The provider reported success, but did not change');
}

/** Reports the fields that the provider's refusal names. Other refusals stay as they are. */
function namingFields(error: unknown, fields: IdentityFields): unknown {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') return error;
  const named = (error.words.match(/\w+/g) ?? []).filter(isFieldName);
  const refused = namesOf(fields).filter((name) => named.includes(name));
  return refused.length === 0 ? error : notAccepted(refused, 'The provider refuses');
}

function notAccepted(names: readonly string[], how: string): ApplicationFailure {
  return stepFailure(
    'FIELD_FROM_VIDEO',
    `${how}: ${names.join(', ')}. Refuse the request, or accept the signer's data as it is.`,
    {
      facts: { fields: names.join(' ') },
    },
  );
}

function isRefusal(error: unknown): boolean {
  if (error instanceof ProviderError) return error.kind === 'refused';
  return error instanceof ApplicationFailure && error.type === 'FIELD_FROM_VIDEO';
}

function namesOf(fields: IdentityFields): (typeof IDENTITY_FIELDS)[number][] {
  return IDENTITY_FIELDS.filter((name) => fields[name] !== undefined);
}
