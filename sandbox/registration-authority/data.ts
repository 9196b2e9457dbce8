import { text } from '../requests/raos.js';
import type { Behaviour } from '../settings/settings.js';
import { authorityNamed, requireFields, type RaCall } from './endpoint.js';
import type { Enrolment, EnrolmentOrder } from './enrolment.js';
import { PROFILES, VALIDITY_TIMES } from './profiles.js';
import { invalidFields, mistake } from './refusals.js';
import { TEXT_FIELDS, birthDate } from './request-view.js';

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const WITH_PREFIX = /^\+?[1-9][0-9 ]{7,18}$/;
const DEFAULT_VALIDITY = '730';

/** The body of create, checked. @throws Refusal */
export function createdOrder(call: RaCall): EnrolmentOrder {
  const { body, behaviour } = call;
  requireFields(call, ['scratchcard', 'email', 'registration_authority', 'profile']);
  const registrationAuthority = authorityNamed(call, 'registration_authority');
  const profile = text(body['profile']) ?? '';
  const elements = PROFILES[profile]?.secureElements ?? [];
  const order = {
    registrationAuthority,
    profile,
    scratchcard: text(body['scratchcard']) ?? '',
    email: text(body['email']) ?? '',
    phone: text(body['mobile_phone_number']) ?? '',
    videoMode: isOn(body['videoid_mode']),
    paperlessMode: isOn(body['paperless_mode']),
    secureElement: Number(text(body['secure_element']) ?? elements.at(-1) ?? 2),
    validityTime: text(body['validity_time']) ?? DEFAULT_VALIDITY,
    fields: textFields(body),
  };
  const wrong = wrongFields(call, order);
  if (order.videoMode && !behaviour.videoidEnabled) wrong.push('videoid_mode'); // guess
  if (wrong.length > 0) throw invalidFields(wrong);
  checkCard(call, order);
  return order;
}

/**
 * What an update changes.
 * @throws Refusal if a field from the video would change, and the settings refuse that
 */
export function updatedFields(
  call: RaCall,
  request: Enrolment,
): Pick<Enrolment, 'profile' | 'email' | 'phone' | 'secureElement' | 'fields'> {
  const { body, behaviour } = call;
  checkUpdateForm(call);
  const given = textFields(body);
  const changed = Object.keys(given).filter(
    (field) =>
      request.videoFields.includes(field) &&
      ![request.fields[field], shownAs(field, request, behaviour)].includes(given[field]),
  );
  if (changed.length > 0 && behaviour.ra.videoFieldChange === 'refused') throw invalidFields(changed);
  if (behaviour.ra.videoFieldChange !== 'allowed') changed.forEach((field) => delete given[field]);
  const update = {
    profile: text(body['profile']) ?? request.profile,
    email: text(body['email']) ?? request.email,
    phone: text(body['mobile_phone_number']) ?? request.phone,
    secureElement: Number(text(body['secure_element']) ?? request.secureElement),
    fields: { ...remaining(call, request), ...given },
  };
  const wrong = wrongFields(call, { ...update, validityTime: request.validityTime });
  if (text(body['registration_authority']) !== request.registrationAuthority) wrong.push('registration_authority');
  if (wrong.length > 0) throw invalidFields(wrong);
  return update;
}

/** A field as reads show it. It may be sent back. */
function shownAs(field: string, { fields }: Enrolment, behaviour: Behaviour): string | undefined {
  return field === 'birth_date' ? (birthDate(fields[field], behaviour) ?? undefined) : fields[field];
}

/** Checks where the sources contradict each other. @throws Refusal */
function checkUpdateForm(call: RaCall): void {
  const { updateName, updateVideoidMode } = call.behaviour.ra;
  if (updateName === 'required') requireFields(call, ['given_name', 'surname_1']);
  if (updateVideoidMode === 'required') requireFields(call, ['videoid_mode']);
  if (updateVideoidMode === 'refused' && call.body['videoid_mode'] !== undefined) throw invalidFields(['videoid_mode']);
}

/** Fields that an update does not change when it leaves them out. */
function remaining({ behaviour }: RaCall, { fields, videoFields }: Enrolment): Record<string, string> {
  if (behaviour.ra.updateLeavesOut === 'kept') return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => videoFields.includes(name)));
}

/** Guess: all of this. Only one fact is documented: 412 with code 415 names invalid fields. */
function wrongFields(
  { behaviour: { ra } }: RaCall,
  order: Pick<EnrolmentOrder, 'profile' | 'email' | 'phone' | 'secureElement' | 'validityTime'>,
): string[] {
  const profile = PROFILES[order.profile];
  const wrong: string[] = [];
  if (!EMAIL.test(order.email)) wrong.push('email');
  if (order.phone !== '' && !WITH_PREFIX.test(order.phone)) wrong.push('mobile_phone_number');
  if (profile === undefined && ra.unknownProfile === 'refused') wrong.push('profile');
  if (profile !== undefined && ra.profileRules === 'checked') {
    if (!profile.secureElements.includes(order.secureElement)) wrong.push('secure_element');
    if (!VALIDITY_TIMES.includes(order.validityTime)) wrong.push('validity_time');
  }
  return wrong;
}

/** A card that is used, belongs to another authority or does not exist. These mistakes get a 500. @throws Refusal */
function checkCard(call: RaCall, order: EnrolmentOrder): void {
  const { scratchcards } = call.provider.parts;
  const card = scratchcards.find(order.scratchcard);
  if (card === undefined) throw mistake(call.behaviour.ra.unknownScratchcard);
  if (card.registrationAuthority !== order.registrationAuthority || scratchcards.isUsed(card)) {
    throw mistake('Invalid ScratchCard');
  }
}

function textFields(body: Record<string, unknown>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const field of TEXT_FIELDS) {
    const value = body[field];
    if (typeof value === 'string' || typeof value === 'number') given[field] = String(value);
  }
  return given;
}

function isOn(value: unknown): boolean {
  return value === true || text(value) === '1' || value === 'true';
}
