import { Refusal } from '../calls/answers.js';
import type { Person } from './person.js';
import type { SignatureRequest } from './requests.js';
import type { Behaviour } from '../settings/settings.js';
import { VIDEO_OPEN } from './statuses.js';

/** Fields of the signer that update request takes (§4.11), beside e-mail and phone. */
export const UPDATE_IDENTITY = ['given_name', 'surname_1', 'surname_2', 'birth_date', 'serial_number'] as const;

export function isAfterVideo({ status }: SignatureRequest): boolean {
  return !VIDEO_OPEN.includes(status);
}

/** What get request shows of the signer: what the video gave, from when on that is set; before it what an update gave. */
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
 * What an update says of the signer. Before the video it is kept until the video says better; after it only what may be
 * corrected is changed, and what is left out is emptied where that is set.
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
