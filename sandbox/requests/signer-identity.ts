import { Refusal } from '../calls/answers.js';
import type { Person } from './person.js';
import type { SignatureRequest } from './requests.js';
import type { Behaviour } from '../settings/settings.js';
import { VIDEO_OPEN } from './statuses.js';

/** Fields of the signer that Update Request accepts (§4.11), in addition to e-mail and phone. */
export const UPDATE_IDENTITY = ['given_name', 'surname_1', 'surname_2', 'birth_date', 'serial_number'] as const;

export function isAfterVideo({ status }: SignatureRequest): boolean {
  return !VIDEO_OPEN.includes(status);
}

/** The signer as Get Request shows it: first the data of an update, later that of the video. The settings say when it changes. */
export function shownIdentity(request: SignatureRequest, { identityShown }: Behaviour): Partial<Person> {
  const { updated, person, status } = request;
  switch (identityShown) {
    case 'never':
      return {};
    case 'always':
      return { ...updated, ...person };
    case 'after-video':
      return isAfterVideo(request) ? { ...updated, ...person } : updated;
    case 'after-approval':
      return status === 'ENROLLREADY' || status === 'ISSUED' ? { ...updated, ...person } : updated;
  }
}

/**
 * Applies an update to the signer. Before the video, it is kept until the video replaces it. After it, only correctable fields
 * change. The settings say whether fields that are left out become empty.
 * @throws Refusal 412 naming the fields
 */
export function updateIdentity(request: SignatureRequest, given: Record<string, string>, behaviour: Behaviour): void {
  const { person } = request;
  if (person === undefined || !isAfterVideo(request)) {
    Object.assign(request.updated, given);
    return;
  }
  const correctable = (field: string): boolean => behaviour.identityCorrectable.includes(field);
  const changed = UPDATE_IDENTITY.filter((field) => given[field] !== undefined && given[field] !== person[field]);
  const others = changed.filter((field) => !correctable(field));
  if (others.length > 0 && behaviour.identityChange === 'refused') {
    throw new Refusal(412, `Invalid request fields: ${others.join(', ')}`);
  }
  for (const field of UPDATE_IDENTITY.filter(correctable)) {
    const value = given[field] ?? (behaviour.updateLeavesOut === 'emptied' ? '' : undefined);
    if (value !== undefined) person[field] = value;
  }
}
