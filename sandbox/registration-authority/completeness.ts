import type { Behaviour } from '../settings/settings.js';
import type { Enrolment } from './enrolment.js';
import { isNaturalPerson, mandatoryFields } from './profiles.js';

/** Mandatory fields of the profile that are still empty (§9), in the table's order. */
export function missingFields(request: Enrolment): string[] {
  const own: Record<string, string> = {
    secure_element: String(request.secureElement),
    profile: request.profile,
    validity_time: request.validityTime,
    registration_authority: request.registrationAuthority,
    scratchcard: request.scratchcard,
    mobile_phone_number: request.phone,
    email: request.email,
  };
  return mandatoryFields(request.profile).filter((field) => (own[field] ?? request.fields[field] ?? '') === '');
}

/** Whether the documents that an approval needs exist (§8.3 for the classic flow, a guess for the other). */
export function hasDocuments(request: Enrolment, { ra }: Behaviour): boolean {
  const types = request.documents.map((document) => document.type);
  if (!request.videoMode) return types.includes('document_front') && types.includes('document_rear');
  if (isNaturalPerson(request.profile, ra.normalizedProfiles)) return true;
  const counted = { 'videoid-evidence': ['videoid_evidence'], 'extra-document': ['extra_document'] };
  const counting = ra.evidenceCounted === 'either' ? Object.values(counted).flat() : counted[ra.evidenceCounted];
  return types.filter((type) => counting.includes(type)).length >= ra.evidenceNeeded;
}

/** The status after the video is validated (§6). Guess: a natural person with a missing field also goes to CREATED. */
export function validationApproves(request: Enrolment, { ra }: Behaviour): boolean {
  switch (ra.afterValidation) {
    case 'ENROLLREADY':
      return true;
    case 'CREATED':
      return false;
    case 'by-profile':
      return isNaturalPerson(request.profile, ra.normalizedProfiles) && missingFields(request).length === 0;
  }
}
