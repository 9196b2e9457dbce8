import { z } from 'zod';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import { type Assumption, COMMON_ASSUMPTIONS, listOf, notes } from '../assumption-list.js';

/**
 * Everything the documentation of One-Shot V2 leaves open and this client can be told, one setting each.
 * Overrides are given per environment; an unknown name is an error.
 */
export const assumptionsSchema = z.strictObject({
  ...COMMON_ASSUMPTIONS,
  signedFilePath: z.enum(['query-then-path', 'query', 'path']).default('query-then-path').register(notes, {
    section: '§12.1',
    text: 'A document is read with ?document_type=signed; if that is answered with 404, 405 or 422, with /signed/ in the path.',
    otherSide: 'One form alone works: `query` or `path`.',
  }),
  originalDocumentType: z.enum(['original', 'omitted']).default('original').register(notes, {
    section: '§4.6',
    text: 'An uploaded file is read back with ?document_type=original.',
    otherSide: 'Without the parameter the original is given: `omitted`.',
  }),
  bareNotFound: z.enum(['wrong-address', 'not-there']).default('wrong-address').register(notes, {
    section: '§2.1',
    text: 'A 404 without a body, without JSON, or that says only "Not Found", means that nothing is served at this address.',
    otherSide: 'It means that the request or document does not exist: `not-there`.',
  }),
  codeNotAcceptedTexts: z.array(z.string().min(4)).default(['Confirmation Code invalid']).register(notes, {
    section: '§4.9',
    text: 'A refusal of sign with one of these texts means that the code is wrong or expired.',
    otherSide: 'V2 words it differently: list its texts.',
  }),
  coolDownTexts: z.array(z.string().min(4)).default(['generated less than a minute ago']).register(notes, {
    section: '§4.8',
    text: 'A refusal of otp with one of these texts means that a code was sent less than a minute ago.',
    otherSide: 'V2 words it differently: list its texts.',
  }),
  alreadyIssuedTexts: z.array(z.string().min(4)).default(['already in ISSUED status']).register(notes, {
    section: '§4.9',
    text: 'A refusal with one of these texts means that the certificate was issued before.',
    otherSide: 'V2 words it differently: list its texts.',
  }),
  billingPasswordEncoding: z.enum(['plain', 'base64']).default('plain').register(notes, {
    section: '§1.1',
    text: 'The billing password is sent as it is configured.',
    otherSide: 'The Optimizer wants it in Base64 (V1 did) and it is configured without: `base64`.',
  }),
  refuseRaoField: z.enum(['rao', 'rao_id']).default('rao').register(notes, {
    section: '§4.5',
    text: 'In a refusal the field with the id of the RAO is called `rao`.',
    otherSide: 'It is called `rao_id`, as in one vendor sample.',
  }),
  extUnlockWithSecret: z.enum(['as-given', 'required', 'never']).default('as-given').register(notes, {
    section: '§4.9',
    text: 'ext_unlock_type and ext_unlock_value may be sent with or without a secret.',
    otherSide: 'V1 wanted the secret too (`required`); or it must not be there (`never`).',
  }),
  deleteOneAnswersGoneWith404: z.boolean().default(true).register(notes, {
    section: '§4.6',
    text: 'A 404 that names the document or the request means that there is nothing left to delete.',
    otherSide: 'It is trouble that a person should see: `false`.',
  }),
  deletionWithoutType: z.enum(['every-kind', 'original']).default('every-kind').register(notes, {
    section: '§4.6',
    text: 'A deletion without document_type takes the uploaded and the signed file; a read proves it, and what is left is deleted by its type.',
    otherSide: 'It takes the uploaded file alone (`original`): then each kind is deleted by its type at once.',
  }),
  deletionByType: z.enum(['query-then-path', 'query', 'path']).default('query-then-path').register(notes, {
    section: '§3, §4.6',
    text: 'One kind is deleted with ?document_type=signed; if it is there still, with /signed/ in the path, as V1 had it.',
    otherSide: 'One form alone works: `query` or `path`.',
  }),
  deletedIsNotFound: z.boolean().default(true).register(notes, {
    section: '§4.6',
    text: 'Reading a signed file that was deleted is answered with 404, so that a read proves the deletion.',
    otherSide: 'It is answered otherwise (`false`): then nothing proves it but the answer to the deletion.',
  }),
  cancelByDelete: z.boolean().default(false).register(notes, {
    section: '§4.12',
    text: 'V2 has no documented way to cancel a request, so none is called.',
    otherSide: 'DELETE request/{request_pk} cancels, as V1 had it: `true`.',
  }),
  uploadPartName: z
    .string()
    .regex(/^[a-z0-9_-]{1,32}$/i)
    .default('file')
    .register(notes, {
      section: '§4.6',
      text: 'The multipart part of an uploaded document may be called `file`.',
      otherSide: 'Another name is wanted: give it.',
    }),
  otpDeliveryMethod: z.enum(['omitted', 'sms', 'whatsapp']).default('omitted').register(notes, {
    section: '§4.8',
    text: 'otp is called without a body, the code goes out by SMS.',
    otherSide: 'V2 takes delivery_method as V1 did: `sms` or `whatsapp`.',
  }),
  envInCreate: z.boolean().default(true).register(notes, {
    section: '§12.6',
    text: 'create carries `env`.',
    otherSide: 'The Optimizer holds it in its own settings and does not take it: `false`.',
  }),
  identityShown: z.enum(['never', 'after-video', 'after-approval', 'always']).default('after-video').register(notes, {
    section: '§4.10, §8.4',
    text: 'From the finished video on, get request shows name, document number and the like as the video read them, and as the certificate will say them.',
    otherSide:
      'It shows them later (`after-approval`), in every status (`always`), or what it shows is not the signer’s (`never`).',
  }),
  identityCorrectable: z
    .array(z.enum(IDENTITY_FIELDS))
    .default(['given_name', 'surname_1', 'surname_2', 'birth_date', 'serial_number'])
    .register(notes, {
      section: '§4.11',
      text: 'After the video and before the decision, update request takes these fields of the signer, as V1 documents for any time.',
      otherSide:
        'What came from the video cannot be changed, as at the other API (`[]`); or other fields can: list them.',
    }),
  updateSendsBack: z.enum(['all', 'required']).default('all').register(notes, {
    section: '§4.11',
    text: 'Update replaces the request: the fields of the signer that can be corrected are sent back as they were read.',
    otherSide: 'It leaves alone what is not sent, and does not want to see it: `required`.',
  }),
  videoidModeInCreate: z.boolean().default(false).register(notes, {
    section: '§4.1',
    text: 'create does not carry videoid_mode.',
    otherSide: 'It wants videoid_mode: 1, as in one V1 sample: `true`.',
  }),
  slashAfterSignAndContract: z.boolean().default(false).register(notes, {
    section: '§3, §4.9',
    text: 'The paths of sign and contract end without a slash.',
    otherSide: 'They end with one, as in some samples: `true`.',
  }),
});

/** The assumptions in force for one environment. */
export type Assumptions = z.infer<typeof assumptionsSchema>;

export const DEFAULT_ASSUMPTIONS: Assumptions = assumptionsSchema.parse({});

/** What the flow rests on and no setting could change. */
const RELIED_ON = [
  {
    name: 'requestShowsLiveStatus',
    section: '§4.10',
    text: 'Get request shows the status the request has now, also after a decision in the provider’s console.',
    otherSide: 'Then requests wait for ever although the signer and the RAO are done.',
  },
  {
    name: 'createHasNoIdempotency',
    section: '§13',
    text: 'A create that is repeated is a second request with a second bill.',
    otherSide: 'Then a create in doubt could simply be repeated.',
  },
  {
    name: 'busyMeansNotDone',
    section: '§1.2',
    text: 'A call answered with 429 had no effect.',
    otherSide: 'Then 429 on a write would leave it in doubt.',
  },
  {
    name: 'documentsMayBeUploadedAgain',
    section: '§4.6',
    text: 'Before signing, documents may be deleted and uploaded again.',
    otherSide: 'Then a cut upload needs a person.',
  },
  {
    name: 'refusedCodeHasNoEffect',
    section: '§4.9',
    text: 'A code that is not accepted issues nothing and leaves the request in ENROLLREADY.',
    otherSide: 'Then the next read of the request shows it.',
  },
  {
    name: 'contractIsSignedInPlace',
    section: '§4.7',
    text: 'After signing, the contract’s address gives the signed contract.',
    otherSide: 'Then the contract in the archive is recorded as unsigned.',
  },
];

/** Every assumption about One-Shot, for `doctor` and the documentation. */
export const ASSUMPTIONS: readonly Assumption[] = listOf(assumptionsSchema, RELIED_ON);
