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
 * `PUT request/{request_pk}` with what a person corrected: before the video e-mail or phone, after it what identifies the
 * signer. Doing it twice does no harm. A correction that the provider refuses is taken back: it must not be laid over the
 * data of another video request.
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
      assertTaken(before, read, fields);
      return { status: read.status, ...(await comparedIdentity(dependencies, key, read)) };
    } catch (error) {
      const told = namingFields(error, fields);
      if (isRefusal(told)) await archive.dropCorrection(key, number);
      throw told;
    }
  };
}

/** The call replaces the whole request, so what we do not correct is read first and sent back (§4.11, §8.2). Gives what was read. */
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
  if (others.length > 0) throw notTaken(others, 'By the setting identityCorrectable the provider does not take');
}

/** A provider may say yes and change nothing. @throws ApplicationFailure FIELD_FROM_VIDEO naming the fields */
function assertTaken(before: ProviderRequest, { fields: now }: ProviderRequest, fields: IdentityFields): void {
  const ignored = namesOf(fields).filter(
    (name) => now[name] !== undefined && now[name] === before.fields[name] && now[name] !== fields[name],
  );
  if (ignored.length > 0)
    throw notTaken(ignored, 'The provider said that it was done, and still shows what it had for');
}

/** The provider may name the fields that it refuses; its other words are kept. */
function namingFields(error: unknown, fields: IdentityFields): unknown {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') return error;
  const named = (error.words.match(/\w+/g) ?? []).filter(isFieldName);
  const refused = namesOf(fields).filter((name) => named.includes(name));
  return refused.length === 0 ? error : notTaken(refused, 'The provider refuses');
}

function notTaken(names: readonly string[], how: string): ApplicationFailure {
  return stepFailure('FIELD_FROM_VIDEO', `${how}: ${names.join(', ')}. Refuse, or take the signer as it is.`, {
    facts: { fields: names.join(' ') },
  });
}

function isRefusal(error: unknown): boolean {
  if (error instanceof ProviderError) return error.kind === 'refused';
  return error instanceof ApplicationFailure && error.type === 'FIELD_FROM_VIDEO';
}

function namesOf(fields: IdentityFields): (typeof IDENTITY_FIELDS)[number][] {
  return IDENTITY_FIELDS.filter((name) => fields[name] !== undefined);
}
