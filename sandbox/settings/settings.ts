import { z } from 'zod';
import { raBehaviourSchema } from '../registration-authority/settings.js';
import { STATUSES } from '../requests/statuses.js';

/**
 * How the simulated provider behaves. All times are milliseconds.
 * "Guess" marks what no source says (§13). A real provider may differ, so each side can be chosen.
 */
const behaviourSchema = z.strictObject({
  // Answers (§2.1)
  /** Key of the words in a success: `as-seen` has the vendor's own spelling per endpoint, `messsage` on create. */
  messageSpelling: z.enum(['as-seen', 'message', 'messsage']),
  /** Key of the content in a success: `as-seen` has `details` for tokens and `detail` elsewhere. */
  detailSpelling: z.enum(['as-seen', 'detail', 'details']),
  /** Guess: the shape of an error. `v1` is `{"status":"403 Forbidden","details":…}`, `fastapi` is `{"detail":…}` alone. */
  errorShape: z.enum(['detail', 'details', 'message', 'v1', 'fastapi']),
  /** Guess: missing fields are 400 with words, or FastAPI's 422 with a list. */
  missingFields: z.enum(['400', '422']),
  /** §2.2: several V1 calls list HTTP 400 for what their body calls `404 Not Found`. With `errorShape: v1` alone. */
  notFoundStatus: z.enum(['404', '400']),
  /** Guess: the words about a thing that does not exist are the endpoint's own, or the framework's bare `Not Found`. */
  notFoundWords: z.enum(['own', 'bare']),
  /** Guess: refusals that say something about the request have V1's words, or others. */
  wording: z.enum(['v1', 'other']),
  /** Guess: type of the two ids in the answer of create. */
  pkType: z.enum(['number', 'string']),
  /** UUID in V2, 32 hexadecimal digits in V1. */
  uidShape: z.enum(['uuid', 'hex']),

  // Create (§4.1)
  /** Whether VideoID is enabled for the registration authority. */
  videoidEnabled: z.boolean(),
  /** Profiles that may be asked for. Guess: what an unknown one answers is 400. */
  profiles: z.array(z.string()),
  /** What the Optimizer's own settings hold. A call may leave it out. */
  optimizerHolds: z.strictObject({ billing: z.boolean(), env: z.boolean() }),
  /** Guess: how the billing password has to be written; V1 wants Base64. */
  billingPasswordEncoding: z.enum(['base64', 'plain', 'either']),
  /** §12.6: whether a call may say `env` where the Optimizer holds it. */
  envInCreate: z.enum(['taken', 'refused']),
  /** §4.1: `videoid_mode: 1` is in one V1 sample alone. */
  videoidModeInCreate: z.enum(['taken', 'required']),
  /** Guess: 0 means that a video link lives for ever. */
  linkLifetime: z.number().nonnegative(),
  /** Guess: after so many tries VIDEOERROR is final. 0 means no limit. */
  videoTries: z.number().nonnegative(),

  // Status (§6)
  /** Guess: what get request shows as `status`. `as-created` is a copy the Optimizer never refreshes. */
  statusShown: z.enum(['live', 'as-created', 'absent']),
  /** Guess: get request shows a status only so long after it was reached. */
  statusLag: z.number().nonnegative(),
  /** Guess (§4.10): whether get request has `videoid_pk`. */
  videoidPkShown: z.boolean(),
  /** Guess (§4.11): whether get request shows the country that update wants. */
  countryShown: z.boolean(),
  /** Guess (§4.10): from when on get request shows who the signer is. */
  identityShown: z.enum(['never', 'after-video', 'after-approval', 'always']),
  /** Guess (§4.11): which fields of the video an update may change. V1 lists these for any time, RA says none. */
  identityCorrectable: z.array(z.string()),
  /** Guess: an update of any other field is refused, or accepted without effect. */
  identityChange: z.enum(['refused', 'ignored']),
  /** §4.11: an update is no partial patch. Guess: fields of the signer that it leaves out are emptied, or kept. */
  updateLeavesOut: z.enum(['emptied', 'kept']),
  /** §4.4: one call validates and approves, or the first lands in CREATED and a second approves. */
  approval: z.enum(['one-step', 'two-step']),
  /** Guess: what `DELETE request/{request_pk}` does. V1's words suggest that only a folder is removed. */
  cancel: z.enum(['cancels', 'removes-folder', 'absent']),
  /** Guess: in which statuses a request can be cancelled. RA contradicts itself about ENROLLREADY. */
  cancelIn: z.array(z.enum(STATUSES)),
  /** Guess: statuses in which get and put behave as on a live request; put is refused elsewhere. */
  updateIn: z.array(z.enum(STATUSES)),
  /** Guess: the event type of VIDEOREVIEW to CREATED, and of a retry. No source names one. */
  unnamedEvent: z.string(),

  // RAO (§4.4)
  /** Guess: S-OS sends `rao` along with a token, V1 says it may be contained in it. */
  raoWithToken: z.enum(['required', 'optional']),
  /** §12.9: the id of the RAO in a refusal at One-Shot; the other calls have `rao`. */
  refuseRaoKey: z.enum(['either', 'rao', 'rao_id']),
  /** §12.9: the id of a RAO is text, a number, or either. */
  raoType: z.enum(['either', 'string', 'number']),

  // Documents (§4.6)
  /** Guess: statuses in which documents can be uploaded. */
  uploadIn: z.array(z.enum(STATUSES)),
  /** Guess: statuses in which the contract can be read. */
  contractIn: z.array(z.enum(STATUSES)),
  /** Documented as 10 per call, while the error's words speak of the request. */
  documentLimit: z.number().nonnegative(),
  documentLimitPer: z.enum(['request', 'call']),
  /** Bytes. Guess. */
  uploadLimit: z.number().nonnegative(),
  /** §12.1: which URL serves documents: `?document_type=`, `/signed/{uid}`, or both. */
  documentPath: z.enum(['query', 'path', 'both']),
  /** Guess: what get document gives without `document_type`. */
  documentTypeDefault: z.enum(['signed', 'original']),
  /** Guess: whether the default may be named too; the values beside `signed` are not documented. */
  originalType: z.enum(['taken', 'refused']),
  /** Guess: what a deletion without `document_type` deletes. */
  deletionWithoutType: z.enum(['every-kind', 'original']),
  /** Guess: where a deletion names one kind: `?document_type=`, `/signed/{uid}` as in V1, or nowhere. */
  deletionByType: z.enum(['query', 'path', 'nowhere']),
  /** Names of parts are free; null takes any. */
  uploadPart: z.string().nullable(),
  /** §3, §4.9: whether the paths of contract and sign end in a slash. */
  endSlash: z.enum(['either', 'with', 'without']),
  /** Guess: the answer to an upload of several parts; `list` is V1's. */
  multiUploadAnswer: z.enum(['list', 'by-part']),

  // Code (§4.8)
  /** Documented as one minute. */
  codeCoolDown: z.number().nonnegative(),
  /** Guess. */
  codeLifetime: z.number().nonnegative(),
  /** Guess: after so many wrong codes, the right one is not accepted either. 0 means no limit. */
  codeTries: z.number().nonnegative(),
  /** Six in every sample; a guess as a rule. Up to 64. */
  codeLength: z.number().nonnegative(),
  codeAlphabet: z.enum(['digits', 'letters-and-digits']),
  /** §4.8: V1's optional `delivery_method`; V2's is unknown. */
  deliveryMethod: z.enum(['optional', 'required']),
  /** One code for everybody instead of random ones. The provider has no such thing. */
  fixedCode: z.string().nullable(),

  // Sign (§4.9)
  /** Only `biometric` is documented. Empty means that other ways are not enabled. */
  unlockTypes: z.array(z.string()),
  /** Guess: any other type gets the answer of a wrong code, or an answer that names it. */
  unknownUnlockType: z.enum(['as-a-code', 'named']),
  /** Guess: a regular expression that an unlock value must match. */
  unlockValue: z.string(),
  /** §12.7: V1 wants `secret` beside the pair, S-OS reads as if the pair replaces it. */
  secretWithUnlock: z.enum(['optional', 'required', 'refused']),
  /** Guess: signing without documents is refused, or signs the contract alone. */
  signWithoutDocuments: z.enum(['refused', 'allowed']),
  algorithm: z.enum(['rsa', 'ecdsa']),
  /** The signed file begins with the uploaded bytes, or is saved anew. */
  signedFile: z.enum(['appended', 'rewritten']),
  /** Guess: whether get contract gives the signed contract after signing. */
  contractAfterSigning: z.enum(['signed', 'unsigned']),
  certificateLifetime: z.number().nonnegative(),
  /** How the subject names the signer's document (ETSI EN 319 412-1). */
  certificateNumber: z.enum(['with-prefix', 'plain', 'absent']),
  /** PAdES baseline: with a timestamp (V2-ARCH and V1-GUI say that one is included), or without. */
  signatureLevel: z.enum(['B-T', 'B-B']),
  /** Profiles whose certificates state that they are qualified (§9); those of others say nothing of it. */
  qualifiedProfiles: z.array(z.string()),
  /** Guess: who signs the contract after it was accepted. */
  contractSigners: z.enum(['signer', 'signer-and-rao', 'rao']),
  /** V1's `usepdfclean` (§10) takes signatures away that a document brings. */
  earlierSignatures: z.enum(['kept', 'stripped']),

  // Webhooks (§7)
  /** Where callbacks go. With null, none are sent. The provider's staff sets it, not the API (§7.3). */
  webhook: z.string().nullable(),
  /** §12.5: the event object or the flat one. */
  webhookShape: z.enum(['event', 'flat']),
  /** `previous_status` and `date` are there "when present" (§7.1). */
  webhookExtras: z.enum(['always', 'sometimes', 'never']),
  /** EVT shows REQUEST_ENROLLED with only a status in `request`, probably to save space. */
  issuedWebhookWithoutPk: z.boolean(),
  /** Guess: the pauses before each further try of a failed delivery. After the last one it is given up. */
  webhookRetries: z.array(z.number().nonnegative()),
  /** Guess: a callback must be answered within this time. */
  webhookTimeout: z.number().nonnegative(),

  /** The Registration Authority API. */
  ra: raBehaviourSchema,
});
export type Behaviour = z.infer<typeof behaviourSchema>;

const registrationAuthoritySchema = z.strictObject({
  name: z.string(),
  /** Behaviour that differs for this registration authority. */
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

/** RAO credentials held by the Optimizer; what is missing has to come with each call (§4.13). */
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
  /** Billing user name to password in plain. */
  billing: z.record(z.string(), z.string()),
  environments: z.array(z.string()),
  /** Where signers and callbacks reach this sandbox, when that is not the address it listens on. */
  publicUrl: z.string().nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;
