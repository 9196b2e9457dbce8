import { z } from 'zod';
import { STATUSES } from '../requests/statuses.js';

/** How a registration authority refuses calls (§2.3). `coded` is `{"code","id","error"}`. */
export const RA_ERROR_SHAPES = ['as-documented', 'coded', 'detail', 'error', 'details', 'title', 'status'] as const;

/**
 * How the simulated Registration Authority API behaves. What it shares with One-Shot (link, tries, lag, callbacks,
 * cancelling) is in `../settings.ts`. "Guess": no source says it. "§": the sources contradict each other there.
 */
export const raBehaviourSchema = z.strictObject({
  // Calls
  /** Every URL must end in a slash (§1.2). Guess: the answer to a URL without one. */
  missingSlash: z.enum(['404', '301']),
  /** §2.3: six shapes. `as-documented` gives each case its documented shape. The others give one shape to all cases. */
  errorShape: z.enum(RA_ERROR_SHAPES),
  /** §2.3: `code` is usually a string, sometimes a number, sometimes malformed (`"418,"`). */
  errorCode: z.enum(['string', 'number', 'malformed']),
  /** §2.3: `Invalid paramiters`, and once the correct spelling. */
  parametersSpelling: z.enum(['Invalid paramiters', 'Invalid parameters']),
  /** Guess: a body without required fields gets 412 `Invalid request fields: …`, or a 400 that lists them by name. */
  missingFields: z.enum(['412', '400']),
  /** §8.2: which bodies are accepted. The documentation says form-data, but the guide and integrators send JSON. */
  formBodies: z.enum(['either', 'json', 'form']),
  /** Guess: the answer to wrong RAO credentials. An unknown RAO gets a 500 (§2.3). */
  wrongCredentials: z.enum(['403', '401', '500']),
  /** §1.2: the guide's table names a list `result`, its examples `results`. */
  listKey: z.enum(['results', 'result']),
  /** §12.9: `rao` for the declaration and `rao_id` elsewhere, or either name everywhere. */
  raoKey: z.enum(['as-documented', 'either']),

  // Scratchcards (§8.1)
  /** How many cards a registration authority has. More are made when the number is raised. */
  scratchcards: z.number().int().nonnegative(),
  /** §8.1: whether the list includes used cards. An example counts more cards than can be unused. */
  scratchcardList: z.enum(['all', 'unused']),
  /** Guess: whether "first unused" reserves the card for its caller. */
  firstUnused: z.enum(['does-not-reserve', 'reserves']),
  /** Guess: the answer if no card is left. */
  noneLeft: z.enum(['500', '404', 'null']),
  /** §12.10 */
  secretsShape: z.enum(['json-string', 'object']),
  /** §12.10 */
  snType: z.enum(['string', 'number']),
  /** Create with a card that does not exist: the only example of §8.2, or the usual answer of §2.3. */
  unknownScratchcard: z.enum(['Invalid ScratchCard', 'ScratchCard matching query does not exist.']),

  // Requests (§8.2)
  /** Guess: whether a profile that is not in the table of §9 is refused. */
  unknownProfile: z.enum(['refused', 'accepted']),
  /** Guess: whether a `secure_element` or `validity_time` is refused if §9 does not list it for the profile. */
  profileRules: z.enum(['checked', 'not-checked']),
  /** §12.4: whether create accepts `webhook_url`, which is documented for demonstrations. */
  webhookUrl: z.enum(['used', 'ignored']),
  /** §8.2: whether an update needs `videoid_mode: 1`. Its description says so, but the guide's sample has none. */
  updateVideoidMode: z.enum(['optional', 'required', 'refused']),
  /** Guess: fields that an update leaves out stay, or become empty except for those from the video. */
  updateLeavesOut: z.enum(['kept', 'emptied']),
  /** §8.2: whether an update must repeat the name, like the guide's sample does. */
  updateName: z.enum(['optional', 'required']),
  /** §8.2: fields that nobody filled in are null on create, and later empty strings or null. */
  untouchedLater: z.enum(['empty', 'null']),
  /** Guess: the milliseconds after which a new request appears in lists. */
  listLag: z.number().nonnegative(),
  /** How answers write a phone. §4.10 has an example without the plus. */
  phoneShown: z.enum(['as-sent', 'without-plus']),
  /** Guess: how a read writes `birth_date`. The video's own data has DD/MM/YYYY. */
  birthDate: z.enum(['iso', 'slashes']),

  // Video (§8.4)
  /** Guess: whether reads show the signer's link in `videoid_data`. */
  videoLinkShown: z.boolean(),
  /** Guess: `videoid_data.status` before a decision. Only VALIDATED and REFUSED are documented. */
  videoStatusOpen: z.string(),
  /** Guess: the fields of the request that come from the video. */
  videoFields: z.array(z.string()),
  /** Guess: the answer to an update that changes one of them (they "cannot be modified", S-RA). */
  videoFieldChange: z.enum(['refused', 'ignored', 'allowed']),
  /** The size of each of the four images in reads, in bytes. */
  imageBytes: z.number().int().nonnegative(),

  // Decisions (§8.3, §8.4, §6)
  /** The status after validation: ENROLLREADY for natural persons and CREATED for others (S-RA), or one for all. */
  afterValidation: z.enum(['by-profile', 'ENROLLREADY', 'CREATED']),
  /** Guess: which of these two the `PF…NC` profiles get (§9). */
  normalizedProfiles: z.enum(['natural-person', 'other']),
  /** Guess: the event of VIDEOREVIEW to CREATED. No source names one. Null announces nothing. */
  createdEvent: z.string().nullable(),
  /** §12.12: whether only the provider's operator decides about the video, or also the registration authority's own. */
  videoDecidedBy: z.enum(['anybody', 'operator']),
  /** §12.11: the status after `validate_videoid`. */
  validateVideoid: z.enum(['ENROLLREADY', 'CREATED', 'as-operator']),
  /** §8.3: whether the call contains the receipt too, as RA-WF-CLASSIC says. */
  approveReceipt: z.enum(['ignored', 'required']),
  /** Whether the API user may ask for pre-authorised links. Otherwise the answer is 403. */
  preauthlink: z.enum(['allowed', 'forbidden']),
  /** Guess: the answer outside ENROLLREADY. */
  preauthlinkElsewhere: z.enum(['403', '412']),

  // Documents (§8.2, §8.4)
  /** §8.4: OpenAPI says POST. The guide's curl command says PUT. */
  evidenceMethod: z.enum(['POST', 'PUT', 'either']),
  /** Guess: the statuses in which documents and evidence are accepted. */
  documentsIn: z.array(z.enum(STATUSES)),
  /** Guess: the accepted content types of a part. Others get 500 `Invalid content_type`. */
  contentTypes: z.array(z.string()),
  /** Guess: how many supporting documents an approval needs, except for the profiles of natural persons. */
  evidenceNeeded: z.number().int().nonnegative(),
  /** §14: which upload counts as a supporting document. */
  evidenceCounted: z.enum(['videoid-evidence', 'extra-document', 'either']),
  /** Guess: the statuses in which declaration and contract are made. */
  paperworkIn: z.array(z.enum(STATUSES)),
  /** Guess: the answer of `pl_get_document` if there is no document of the type. */
  documentNotThere: z.enum(['404', 'empty-list']),
  /** §8.2: Base64 may contain line breaks. */
  base64Lines: z.boolean(),
  /** Guess: how `generate_document` puts the bytes of a PDF into a JSON string. `lossy` damages it. */
  rawPdf: z.enum(['latin1', 'lossy']),
  /** §8.2: some endpoints leave out the Z in a certificate's times. */
  certificateTimes: z.enum(['with-zone', 'without-zone']),
});
export type RaBehaviour = z.infer<typeof raBehaviourSchema>;

/** The Registration Authority API without any settings. */
export const DEFAULT_RA_BEHAVIOUR: RaBehaviour = {
  missingSlash: '404',
  errorShape: 'as-documented',
  errorCode: 'string',
  listKey: 'results',
  parametersSpelling: 'Invalid paramiters',
  missingFields: '412',
  formBodies: 'either',
  wrongCredentials: '403',
  raoKey: 'as-documented',
  scratchcards: 60,
  scratchcardList: 'all',
  firstUnused: 'does-not-reserve',
  noneLeft: '500',
  secretsShape: 'json-string',
  snType: 'string',
  unknownScratchcard: 'Invalid ScratchCard',
  unknownProfile: 'refused',
  profileRules: 'checked',
  webhookUrl: 'used',
  updateVideoidMode: 'optional',
  updateLeavesOut: 'kept',
  updateName: 'optional',
  untouchedLater: 'empty',
  listLag: 0,
  phoneShown: 'as-sent',
  birthDate: 'iso',
  videoLinkShown: true,
  videoStatusOpen: 'PENDING',
  videoFields: [
    'given_name',
    'surname_1',
    'surname_2',
    'serial_number',
    'birth_date',
    'id_document_type',
    'id_document_country',
  ],
  videoFieldChange: 'refused',
  imageBytes: 2000,
  afterValidation: 'by-profile',
  normalizedProfiles: 'natural-person',
  createdEvent: null,
  videoDecidedBy: 'anybody',
  validateVideoid: 'ENROLLREADY',
  approveReceipt: 'ignored',
  preauthlink: 'allowed',
  preauthlinkElsewhere: '403',
  evidenceMethod: 'POST',
  documentsIn: ['CREATED'],
  contentTypes: ['application/pdf', 'image/jpeg', 'image/png'],
  evidenceNeeded: 1,
  evidenceCounted: 'videoid-evidence',
  paperworkIn: ['CREATED', 'ENROLLREADY', 'ISSUED'],
  documentNotThere: 'empty-list',
  base64Lines: true,
  rawPdf: 'latin1',
  certificateTimes: 'with-zone',
};
