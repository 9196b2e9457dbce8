import { z } from 'zod';
import { STATUSES } from '../requests/statuses.js';

/** How a registration authority says no (§2.3). `coded` is `{"code","id","error"}`. */
export const RA_ERROR_SHAPES = ['as-documented', 'coded', 'detail', 'error', 'details', 'title', 'status'] as const;

/**
 * How the simulated Registration Authority API behaves; what it shares with One-Shot (link, tries, lag, callbacks,
 * cancelling) is in `../settings.ts`. "Guess" marks what no source says, "§" what the sources contradict each other in.
 */
export const raBehaviourSchema = z.strictObject({
  // Calls
  /** Every URL must end in a slash (§1.2). Guess: what one without gets. */
  missingSlash: z.enum(['404', '301']),
  /** §2.3: six shapes; one for all in place of the documented one of each case. */
  errorShape: z.enum(RA_ERROR_SHAPES),
  /** §2.3: `code` is usually a string, sometimes a number, sometimes malformed (`"418,"`). */
  errorCode: z.enum(['string', 'number', 'malformed']),
  /** §2.3: `Invalid paramiters`, once spelled right. */
  parametersSpelling: z.enum(['Invalid paramiters', 'Invalid parameters']),
  /** Guess: a body without its required fields is 412 `Invalid request fields: …`, or a 400 that lists them by name. */
  missingFields: z.enum(['412', '400']),
  /** §8.2: bodies documented as form-data that guide and integrators send as JSON; what is taken there. */
  formBodies: z.enum(['either', 'json', 'form']),
  /** Guess: wrong RAO credentials. An unknown RAO is a 500 (§2.3). */
  wrongCredentials: z.enum(['403', '401', '500']),
  /** §1.2: the guide's table calls a list `result`, its examples `results`. */
  listKey: z.enum(['results', 'result']),
  /** §12.9: `rao` for the declaration and `rao_id` elsewhere, or any of the two everywhere. */
  raoKey: z.enum(['as-documented', 'either']),

  // Scratchcards (§8.1)
  /** So many cards were made for a registration authority; more are made when it is raised. */
  scratchcards: z.number().int().nonnegative(),
  /** §8.1: an example of the list counts more cards than can be unused; whether used ones are in it. */
  scratchcardList: z.enum(['all', 'unused']),
  /** Guess: whether "first unused" keeps the card for its caller. */
  firstUnused: z.enum(['does-not-reserve', 'reserves']),
  /** Guess: the answer when no card is left. */
  noneLeft: z.enum(['500', '404', 'null']),
  /** §12.10 */
  secretsShape: z.enum(['json-string', 'object']),
  /** §12.10 */
  snType: z.enum(['string', 'number']),
  /** A card that does not exist, at create: §8.2's only example, or §2.3's habit. */
  unknownScratchcard: z.enum(['Invalid ScratchCard', 'ScratchCard matching query does not exist.']),

  // Requests (§8.2)
  /** Guess: whether a profile that is not in the table of §9 is refused. */
  unknownProfile: z.enum(['refused', 'accepted']),
  /** Guess: whether a `secure_element` or `validity_time` that §9 does not list for the profile is refused. */
  profileRules: z.enum(['checked', 'not-checked']),
  /** §12.4: `webhook_url` on create is documented for demonstrations. */
  webhookUrl: z.enum(['used', 'ignored']),
  /** §8.2: `videoid_mode: 1` in an update: its description says that it must be there, the guide's sample has none. */
  updateVideoidMode: z.enum(['optional', 'required', 'refused']),
  /** Guess: what an update leaves out stays, or is emptied but for what the video gave. */
  updateLeavesOut: z.enum(['kept', 'emptied']),
  /** §8.2: whether an update has to repeat the name, as the guide's sample does. */
  updateName: z.enum(['optional', 'required']),
  /** §8.2: untouched fields are null on create, and empty strings or null later. */
  untouchedLater: z.enum(['empty', 'null']),
  /** Guess: a new request is in lists so many milliseconds after it was made. */
  listLag: z.number().nonnegative(),
  /** §4.10 has an example without the plus: how answers write a phone. */
  phoneShown: z.enum(['as-sent', 'without-plus']),
  /** Guess: how a read writes `birth_date`; the video's own data has DD/MM/YYYY. */
  birthDate: z.enum(['iso', 'slashes']),

  // Video (§8.4)
  /** Guess: whether reads hold the signer's link in `videoid_data`. */
  videoLinkShown: z.boolean(),
  /** Guess: `videoid_data.status` before somebody decided; VALIDATED and REFUSED alone are documented. */
  videoStatusOpen: z.string(),
  /** Guess: fields of the request that the video gives. */
  videoFields: z.array(z.string()),
  /** Guess: what happens to an update that changes one of them (they "cannot be modified", S-RA). */
  videoFieldChange: z.enum(['refused', 'ignored', 'allowed']),
  /** Bytes of each of the four images in reads. */
  imageBytes: z.number().int().nonnegative(),

  // Decisions (§8.3, §8.4, §6)
  /** After validation: natural persons to ENROLLREADY and others to CREATED (S-RA), or all the same way. */
  afterValidation: z.enum(['by-profile', 'ENROLLREADY', 'CREATED']),
  /** Guess: to which branch the `PF…NC` profiles belong (§9). */
  normalizedProfiles: z.enum(['natural-person', 'other']),
  /** Guess: event of VIDEOREVIEW to CREATED. No source names one; null announces nothing. */
  createdEvent: z.string().nullable(),
  /** §12.12: the provider's operator decides about the video, or the registration authority's own may too. */
  videoDecidedBy: z.enum(['anybody', 'operator']),
  /** §12.11: where `validate_videoid` leads. */
  validateVideoid: z.enum(['ENROLLREADY', 'CREATED', 'as-operator']),
  /** §8.3: whether the call carries the receipt too, as RA-WF-CLASSIC says. */
  approveReceipt: z.enum(['ignored', 'required']),
  /** Whether the API user may ask for pre-authorised links; 403 where not. */
  preauthlink: z.enum(['allowed', 'forbidden']),
  /** Guess: asking for one outside ENROLLREADY. */
  preauthlinkElsewhere: z.enum(['403', '412']),

  // Documents (§8.2, §8.4)
  /** §8.4: OpenAPI says POST, the guide's curl PUT. */
  evidenceMethod: z.enum(['POST', 'PUT', 'either']),
  /** Guess: statuses in which documents and evidence are taken. */
  documentsIn: z.array(z.enum(STATUSES)),
  /** Content types of a part that are taken; others are 500 `Invalid content_type`. Guess: which. */
  contentTypes: z.array(z.string()),
  /** Guess: so many supporting documents are needed to approve a profile that is not a natural person's. */
  evidenceNeeded: z.number().int().nonnegative(),
  /** §14: which upload counts as one. */
  evidenceCounted: z.enum(['videoid-evidence', 'extra-document', 'either']),
  /** Guess: statuses in which declaration and contract are made. */
  paperworkIn: z.array(z.enum(STATUSES)),
  /** Guess: what a type of which there is none gets from `pl_get_document`. */
  documentNotThere: z.enum(['404', 'empty-list']),
  /** §8.2: base64 may contain line breaks. */
  base64Lines: z.boolean(),
  /** Guess: how `generate_document` puts the bytes of a PDF into a JSON string; `lossy` spoils it. */
  rawPdf: z.enum(['latin1', 'lossy']),
  /** §8.2: some endpoints leave the Z out of a certificate's times. */
  certificateTimes: z.enum(['with-zone', 'without-zone']),
});
export type RaBehaviour = z.infer<typeof raBehaviourSchema>;

/** What the Registration Authority API is like without any settings. */
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
