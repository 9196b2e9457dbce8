import { z } from 'zod';
import { raBehaviourSchema } from '../registration-authority/settings.js';
import { CAUSES, STATUSES } from '../requests/statuses.js';

/**
 * How the simulated provider behaves. All times are in milliseconds.
 * "Guess": no source says it (§13). A real provider may differ, so each setting lets you choose.
 */
const behaviourSchema = z.strictObject({
  // Answers (§2.1)
  /** The key of the words in a success. `as-seen` has the vendor's spelling for each endpoint: `messsage` on create. */
  messageSpelling: z.enum(['as-seen', 'message', 'messsage']),
  /** The key of the content in a success. `as-seen` has `details` for tokens and `detail` elsewhere. */
  detailSpelling: z.enum(['as-seen', 'detail', 'details']),
  /** Guess: the shape of an error. `v1` is `{"status":"403 Forbidden","details":…}`, `fastapi` is only `{"detail":…}`. */
  errorShape: z.enum(['detail', 'details', 'message', 'v1', 'fastapi']),
  /** Guess: missing fields get 400 with words, or FastAPI's 422 with a list. */
  missingFields: z.enum(['400', '422']),
  /** §2.2: several V1 calls answer HTTP 400 although their body says `404 Not Found`. Only with `errorShape: v1`. */
  notFoundStatus: z.enum(['404', '400']),
  /** Guess: for a thing that does not exist, the words are the endpoint's own, or the framework's bare `Not Found`. */
  notFoundWords: z.enum(['own', 'bare']),
  /** Guess: refusals that say something about the request have V1's words, or other words. */
  wording: z.enum(['v1', 'other']),
  /** Guess: the type of the two ids in create's answer. */
  pkType: z.enum(['number', 'string']),
  /** UUID in V2, 32 hexadecimal digits in V1. */
  uidShape: z.enum(['uuid', 'hex']),

  // Create (§4.1)
  /** Whether VideoID is enabled for the registration authority. */
  videoidEnabled: z.boolean(),
  /** The allowed profiles. Guess: an unknown one gets 400. */
  profiles: z.array(z.string()),
  /** What the Optimizer's own settings contain. A call may then leave it out. */
  optimizerHolds: z.strictObject({ billing: z.boolean(), env: z.boolean() }),
  /** Guess: how the billing password must be encoded. V1 wants Base64. */
  billingPasswordEncoding: z.enum(['base64', 'plain', 'either']),
  /** §12.6: whether a call may contain `env` if the Optimizer has it. */
  envInCreate: z.enum(['taken', 'refused']),
  /** §4.1: only one V1 sample has `videoid_mode: 1`. */
  videoidModeInCreate: z.enum(['taken', 'required']),
  /** How long a video link works. Guess: 0 means without limit. */
  linkLifetime: z.number().nonnegative(),
  /** Guess: after this many tries, VIDEOERROR is final. 0 means no limit. */
  videoTries: z.number().nonnegative(),

  // Status (§6)
  /** Guess: what Get Request shows as `status`. `as-created` is a copy that the Optimizer never refreshes. */
  statusShown: z.enum(['live', 'as-created', 'absent']),
  /** Guess: Get Request shows a status only this long after it was reached, or only this long after some events: `{"approved": 500}`. */
  statusLag: z.union([z.number().nonnegative(), z.partialRecord(z.enum(CAUSES), z.number().nonnegative())]),
  /** Guess (§4.10): whether Get Request has `videoid_pk`. */
  videoidPkShown: z.boolean(),
  /** Guess (§4.11): whether Get Request shows the country that Update Request needs. */
  countryShown: z.boolean(),
  /** Guess (§4.10): when Get Request begins to show who the signer is. */
  identityShown: z.enum(['never', 'after-video', 'after-approval', 'always']),
  /** Guess (§4.11): which fields from the video an update may change. V1 lists these for any time. RA says none. */
  identityCorrectable: z.array(z.string()),
  /** Guess: an update of any other field is refused, or is accepted and has no effect. */
  identityChange: z.enum(['refused', 'ignored']),
  /** §4.11: an update replaces everything. Guess: the signer's fields that it leaves out become empty, or stay. */
  updateLeavesOut: z.enum(['emptied', 'kept']),
  /** §4.4: one call validates and approves. Or the first call leads to CREATED, and a second one approves. */
  approval: z.enum(['one-step', 'two-step']),
  /** Guess: what `DELETE request/{request_pk}` does. V1's words suggest that only a folder is removed. */
  cancel: z.enum(['cancels', 'removes-folder', 'absent']),
  /** Guess: the statuses in which a request can be cancelled. RA contradicts itself about ENROLLREADY. */
  cancelIn: z.array(z.enum(STATUSES)),
  /** Guess: the statuses in which an update is accepted. In others it is refused. */
  updateIn: z.array(z.enum(STATUSES)),
  /** Guess: the event type of VIDEOREVIEW to CREATED, and that of a retry. No source names one. */
  unnamedEvent: z.string(),

  // RAO (§4.4)
  /** Guess: whether `rao` is sent with a token (S-OS), or may be contained in it (V1). */
  raoWithToken: z.enum(['required', 'optional']),
  /** §12.9: the field for the RAO's id in a refusal at One-Shot. The other calls have `rao`. */
  refuseRaoKey: z.enum(['either', 'rao', 'rao_id']),
  /** §12.9: a RAO's id is text, a number, or either. */
  raoType: z.enum(['either', 'string', 'number']),

  // Documents (§4.6)
  /** Guess: the statuses in which documents can be uploaded. */
  uploadIn: z.array(z.enum(STATUSES)),
  /** Guess: the statuses in which the contract can be read. */
  contractIn: z.array(z.enum(STATUSES)),
  /** Documented as 10 per call, but the words of the error speak of the request. */
  documentLimit: z.number().nonnegative(),
  documentLimitPer: z.enum(['request', 'call']),
  /** Bytes. Guess. */
  uploadLimit: z.number().nonnegative(),
  /** §12.1: the address of documents: `?document_type=`, `/signed/{uid}`, or both. */
  documentPath: z.enum(['query', 'path', 'both']),
  /** Guess: the file that Get Document returns without `document_type`. */
  documentTypeDefault: z.enum(['signed', 'original']),
  /** Guess: whether a call may also name the default. Only the value `signed` is documented. */
  originalType: z.enum(['taken', 'refused']),
  /** Guess: what a deletion without `document_type` deletes. */
  deletionWithoutType: z.enum(['every-kind', 'original']),
  /** Guess: how a deletion names one kind: `?document_type=`, `/signed/{uid}` as in V1, or not at all. */
  deletionByType: z.enum(['query', 'path', 'nowhere']),
  /** The allowed names of parts. Null allows any. */
  uploadPart: z.string().nullable(),
  /** §3, §4.9: whether the paths of Get Contract and Sign end in a slash. */
  endSlash: z.enum(['either', 'with', 'without']),
  /** Guess: the answer to an upload of several parts. `list` is V1's. */
  multiUploadAnswer: z.enum(['list', 'by-part']),

  // Code (§4.8)
  /** Documented as one minute. */
  codeCoolDown: z.number().nonnegative(),
  /** Guess. */
  codeLifetime: z.number().nonnegative(),
  /** Guess: after this many wrong codes, the right one is refused too. 0 means no limit. */
  codeTries: z.number().nonnegative(),
  /** Six in every sample, so six is a guess. Up to 64. */
  codeLength: z.number().nonnegative(),
  codeAlphabet: z.enum(['digits', 'letters-and-digits']),
  /** §4.8: V1's optional `delivery_method`. V2's is unknown. */
  deliveryMethod: z.enum(['optional', 'required']),
  /** One code for everybody, in place of random ones. The provider has nothing like it. */
  fixedCode: z.string().nullable(),

  // Sign (§4.9)
  /** Only `biometric` is documented. Empty: other ways are not enabled. */
  unlockTypes: z.array(z.string()),
  /** Guess: any other type gets the answer of a wrong code, or an answer that names the type. */
  unknownUnlockType: z.enum(['as-a-code', 'named']),
  /** Guess: a regular expression that an unlock value must match. */
  unlockValue: z.string(),
  /** §12.7: V1 needs `secret` in addition to the pair. S-OS reads as if the pair replaces it. */
  secretWithUnlock: z.enum(['optional', 'required', 'refused']),
  /** Guess: signing without documents is refused, or signs only the contract. */
  signWithoutDocuments: z.enum(['refused', 'allowed']),
  algorithm: z.enum(['rsa', 'ecdsa']),
  /** Whether the signed file begins with the uploaded bytes, or is written anew. */
  signedFile: z.enum(['appended', 'rewritten']),
  /** Guess: whether Get Contract returns the signed contract after signing. */
  contractAfterSigning: z.enum(['signed', 'unsigned']),
  certificateLifetime: z.number().nonnegative(),
  /** How the certificate's subject names the signer's document (ETSI EN 319 412-1). */
  certificateNumber: z.enum(['with-prefix', 'plain', 'absent']),
  /** PAdES baseline: with a timestamp (V2-ARCH and V1-GUI say that there is one), or without. */
  signatureLevel: z.enum(['B-T', 'B-B']),
  /** Profiles whose certificates state that they are qualified (§9). Certificates of other profiles do not mention it. */
  qualifiedProfiles: z.array(z.string()),
  /** Guess: who signs the accepted contract. */
  contractSigners: z.enum(['signer', 'signer-and-rao', 'rao']),
  /** V1's `usepdfclean` (§10) removes the signatures that a document already has. */
  earlierSignatures: z.enum(['kept', 'stripped']),

  // Webhooks (§7)
  /** The address for callbacks. With null, none are sent. The provider's staff sets it, not the API (§7.3). */
  webhook: z.string().nullable(),
  /** §12.5: the event object, or the flat one. */
  webhookShape: z.enum(['event', 'flat']),
  /** `previous_status` and `date` exist "when present" (§7.1). */
  webhookExtras: z.enum(['always', 'sometimes', 'never']),
  /** Whether `request` has only a status. EVT shows REQUEST_ENROLLED like this, probably to save space. */
  issuedWebhookWithoutPk: z.boolean(),
  /** Guess: the pause before each further try of a failed delivery. After the last one, there are no more tries. */
  webhookRetries: z.array(z.number().nonnegative()),
  /** Guess: the longest time for the answer to a callback. */
  webhookTimeout: z.number().nonnegative(),

  /** The Registration Authority API. */
  ra: raBehaviourSchema,
});
export type Behaviour = z.infer<typeof behaviourSchema>;

const registrationAuthoritySchema = z.strictObject({
  name: z.string(),
  /** Behaviour that differs for one registration authority. */
  behaviour: behaviourSchema.partial().extend({ ra: raBehaviourSchema.partial().optional() }),
});
export type RegistrationAuthority = z.infer<typeof registrationAuthoritySchema>;

/** A registration authority operator and the credentials that are accepted. Made-up people only. */
const raoSchema = z.strictObject({
  username: z.string(),
  password: z.string(),
  pin: z.string(),
  registrationAuthorities: z.array(z.string()),
});
export type Rao = z.infer<typeof raoSchema>;

/** RAO credentials held by the Optimizer. Each call must contain what is missing here (§4.13). */
const heldTokenSchema = z.strictObject({
  username: z.string(),
  password: z.string().nullable(),
  pin: z.string().nullable(),
  env: z.string(),
});
export type HeldToken = z.infer<typeof heldTokenSchema>;

export const settingsSchema = z.strictObject({
  behaviour: behaviourSchema,
  /** By id. */
  registrationAuthorities: z.record(z.string(), registrationAuthoritySchema),
  /** By RAO id. */
  raos: z.record(z.string(), raoSchema),
  /** By uid. */
  tokens: z.record(z.string(), heldTokenSchema),
  /** Billing user names, each with its password in clear text. */
  billing: z.record(z.string(), z.string()),
  environments: z.array(z.string()),
  /** Where signers and callbacks reach this sandbox, if that is not the address it listens on. */
  publicUrl: z.string().nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;
