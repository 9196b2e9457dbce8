import { EVENT_TYPES } from '../../messages/callback-payload.js';
import { PROVIDER_STATUSES } from '../../messages/request.js';
import { PROFILES } from '../../messages/profiles.js';
import { FIELD_WORDS } from '../../messages/request-fields.js';

/** What may be shown as it is: words and names that the provider's documents show. */

/** Texts, with `{}` in place of their variable parts (§2, §4, §8). */
const TEXTS = [
  // §2, §4.1, §4.14
  'success',
  'error',
  'Not Found',
  'Not found.',
  'Method Not Allowed',
  'Internal Server Error',
  'VideoID created with pk {}',
  'Videoid not enabled for Registration Authority {}',
  'Missing required parameters',
  'Missing required parameters: {}',
  "Missing required parameter: '{}'",
  'Missing parameters: {}',
  'Missing parameter: {}',
  'Missing required docs',
  'Error creating new videoid request: {}',
  'Registration Authority not found',
  'Cannot check the remaining credit for the billing user. Please check the credentials.',
  'Cannot check the remaining credit for the billing user. Please check the credentials',
  'Billing credentials not valid. Please check if they are base64 encoded',
  'Configuration error: Please check the certificates path for the environment selected',
  'Please use the mobile phone number with an international prefix',
  'Enter a valid email address',
  'The specified environment is not available',
  'Missing env parameter. Please set it in settings or specify it as parameter',
  'Environment {} does not exist',
  'This field is required',
  'This field may not be blank',
  'field required',
  'Field required',
  'value_error.missing',
  'missing',
  // §4.4, §4.5
  'Request approved successfully',
  'Videoid refuse completed',
  "Missing required parameters: incomplete RAO's credentials",
  'Invalid RAO credentials',
  'Invalid RAO Credentials',
  'No reason specified',
  'Invalid request status',
  // §4.6
  'Cannot upload document: Request {} not found on disk',
  'Maximum number of document reached for Request {}',
  'Unsupported file type: {}',
  'File too large',
  'No documents found for specified Request',
  'Document not found',
  'Document not found with uid {} and type {}',
  'Document successfully deleted',
  'Documents deleted successfully',
  'Documents deleted for Request {}',
  // §4.7 to §4.12
  'Request {} not found',
  'Request not found',
  'Request not found. Make sure the upload directory is correct.',
  'OTP generated',
  'Request {} not found. Cannot send OTP secret',
  'Error occured during OTP generation: Otp generated less than a minute ago',
  'Error occured during OTP generation: Invalid request status',
  'Documents correctly signed',
  'Confirmation Code invalid',
  'Request {} not found. Cannot sign documents',
  'Request already in ISSUED status',
  'Request updated',
  'Request directory removed successfully',
  // §4.13
  'Token created',
  'Token {} not found',
  'Token not found',
  "Error getting RAO's id. Make sure the credentials are correct.",
  // §2.3, §8
  'Invalid ScratchCard',
  'ScratchCard matching query does not exist.',
  'No ScratchCard matches the given query.',
  'No Request matches the given query.',
  'Rao matching query does not exist.',
  'You do not have permission to perform this action.',
  'Permission Denied',
  'Request cancelled',
  'Invalid paramiters',
  'Invalid parameters',
  'Invalid request fields: {}',
  'Invalid content_type',
  'JSON parse error - {}',
  'Could not parse JSON body - {}',
  'Document deleted successfully',
  'No documents found with id {}',
  'APPROVE',
  'contract',
  'signed_contract',
  'document_front',
  'document_rear',
  'document_owner',
  'extra_document',
  'videoid_evidence',
] as const;

/** Values of fields with a fixed vocabulary. */
const VALUES = new Set<string>([
  ...PROVIDER_STATUSES,
  ...PROVIDER_STATUSES.map((status) => status.toLowerCase()),
  ...PROFILES.map(({ name }) => name),
  ...'PFnubeQAFCiudadano PFnubeNC'.split(' '),
  ...'VALIDATED REFUSED VALID REVOKED UNKNOW ACTIVE SUSPENDED'.split(' '),
  ...EVENT_TYPES,
  ...'sandbox prod original signed omitted body file file2 sms whatsapp'.split(' '),
]);

/** Field names of both APIs, beside those of a request (§2, §4, §7, §8). */
const NAMES = new Set<string>([
  ...Object.keys(FIELD_WORDS),
  ...'status message messsage detail details error errors code id title description moved loc msg type input ctx'.split(
    ' ',
  ),
  ...'pk request_pk videoid_pk videoid_link request registration_authority profile scratchcard env name uid key'.split(
    ' ',
  ),
  ...'document_uid digest filename token token_uid username password pin rao rao_id reason secret image_uid'.split(' '),
  ...'billing_username billing_password videoid_mode paperless_mode webhook_url ext_unlock_type ext_unlock_value'.split(
    ' ',
  ),
  ...'delivery_method certificate_set certificates approving_user approving_rao registering_user producing_user'.split(
    ' ',
  ),
  ...'producing_rao secure_element validity_time videoid_data event_type sent_at date previous_status'.split(' '),
  ...'valid valid_from valid_to serial_number issuer subject data revokation_reason permission_profile'.split(' '),
  ...'count next previous results result sn secrets erc enrollment_code puk receipt document label lang doctype'.split(
    ' ',
  ),
  ...'preauthenticatedlink provider requests refusal_reason images security_checks similarity_level ocr_data'.split(
    ' ',
  ),
  ...'video_identifier validation_services acceptance validation_operator videoid_status is_identificator'.split(' '),
  ...'document_photo document_front document_rear document_owner ra registration_authority_master'.split(' '),
  ...'ext_recognition_data'.split(' '),
]);

const MATCHERS = TEXTS.map((text) => {
  const source = text
    .split('{}')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
    .join(String.raw`[\s\S]{1,200}`);
  return { text, matches: new RegExp(`^${source}$`) };
});

/** The documented text that this is, with `{}` in place of its variable parts. */
export function knownText(text: string): string | undefined {
  if (VALUES.has(text)) return text;
  // A text without variable parts says more than one with them.
  const found = MATCHERS.filter(({ matches }) => matches.test(text));
  return (found.find(({ text: known }) => !known.includes('{}')) ?? found[0])?.text;
}

/** Whether the documents show a field with this name. */
export function isKnownName(name: string): boolean {
  return NAMES.has(name);
}
