import { z } from 'zod';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import { type Assumption, COMMON_ASSUMPTIONS, listOf, notes } from '../assumption-list.js';

/**
 * What the documentation of One-Shot V2 leaves open, with one setting each. Overrides are given per environment. An unknown
 * name is an error.
 */
export const assumptionsSchema = z.strictObject({
  ...COMMON_ASSUMPTIONS,
  signedFilePath: z.enum(['query-then-path', 'query', 'path']).default('query-then-path').register(notes, {
    section: '§12.1',
    text: 'A document is read with ?document_type=signed. If the answer is 404, 405 or 422, it is read with /signed/ in the path.',
    otherSide: 'Only one form works: `query` or `path`.',
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
    otherSide: 'The words of V2 differ: list them.',
  }),
  coolDownTexts: z.array(z.string().min(4)).default(['generated less than a minute ago']).register(notes, {
    section: '§4.8',
    text: 'A refusal of otp with one of these texts means that a code was sent less than a minute ago.',
    otherSide: 'The words of V2 differ: list them.',
  }),
  alreadyIssuedTexts: z.array(z.string().min(4)).default(['already in ISSUED status']).register(notes, {
    section: '§4.9',
    text: 'A refusal with one of these texts means that the certificate was issued before.',
    otherSide: 'The words of V2 differ: list them.',
  }),
  billingPasswordEncoding: z.enum(['plain', 'base64']).default('plain').register(notes, {
    section: '§1.1',
    text: 'The billing password is sent as it is configured.',
    otherSide: 'The Optimizer expects it in Base64, as V1 did, and the setting holds it without: `base64`.',
  }),
  refuseRaoField: z.enum(['rao', 'rao_id']).default('rao').register(notes, {
    section: '§4.5',
    text: 'In a refusal the field with the id of the RAO is called `rao`.',
    otherSide: 'It is called `rao_id`, as in one vendor sample.',
  }),
  extUnlockWithSecret: z.enum(['as-given', 'required', 'never']).default('as-given').register(notes, {
    section: '§4.9',
    text: 'ext_unlock_type and ext_unlock_value may be sent with or without a secret.',
    otherSide: 'The secret is required, as in V1 (`required`), or it must be left out (`never`).',
  }),
  deleteOneAnswersGoneWith404: z.boolean().default(true).register(notes, {
    section: '§4.6',
    text: 'A 404 that names the document or the request means that there is nothing left to delete.',
    otherSide: 'It is trouble that a person must see: `false`.',
  }),
  deletionWithoutType: z.enum(['every-kind', 'original']).default('every-kind').register(notes, {
    section: '§4.6',
    text: 'A deletion without document_type deletes the uploaded and the signed file. A read checks it, and a file that is left is deleted by its type.',
    otherSide: 'It deletes only the uploaded file: `original`. Then each kind is deleted by its type at once.',
  }),
  deletionByType: z.enum(['query-then-path', 'query', 'path']).default('query-then-path').register(notes, {
    section: '§3, §4.6',
    text: 'One kind is deleted with ?document_type=signed. If it is still there, it is deleted with /signed/ in the path, as in V1.',
    otherSide: 'Only one form works: `query` or `path`.',
  }),
  deletedIsNotFound: z.boolean().default(true).register(notes, {
    section: '§4.6',
    text: 'Reading a signed file that was deleted is answered with 404, so that a read proves the deletion.',
    otherSide: 'The answer is another: `false`. Then only the answer to the deletion proves it.',
  }),
  cancelByDelete: z.boolean().default(false).register(notes, {
    section: '§4.12',
    text: 'V2 has no documented way to cancel a request, so none is called.',
    otherSide: 'DELETE request/{request_pk} cancels, as in V1: `true`.',
  }),
  uploadPartName: z
    .string()
    .regex(/^[a-z0-9_-]{1,32}$/i)
    .default('file')
    .register(notes, {
      section: '§4.6',
      text: 'The multipart part of an uploaded document may be called `file`.',
      otherSide: 'It needs another name: give it.',
    }),
  otpDeliveryMethod: z.enum(['omitted', 'sms', 'whatsapp']).default('omitted').register(notes, {
    section: '§4.8',
    text: 'otp is called without a body, and the code is sent by SMS.',
    otherSide: 'V2 accepts delivery_method, as V1 did: `sms` or `whatsapp`.',
  }),
  envInCreate: z.boolean().default(true).register(notes, {
    section: '§12.6',
    text: 'create carries `env`.',
    otherSide: 'The Optimizer has it in its own settings and does not accept it: `false`.',
  }),
  identityShown: z.enum(['never', 'after-video', 'after-approval', 'always']).default('after-video').register(notes, {
    section: '§4.10, §8.4',
    text: 'After the video, get request shows name, document number and similar data as the video read them. The certificate will have the same data.',
    otherSide:
      'It shows them later (`after-approval`), in every status (`always`), or it does not show the signer’s data (`never`).',
  }),
  identityCorrectable: z
    .array(z.enum(IDENTITY_FIELDS))
    .default(['given_name', 'surname_1', 'surname_2', 'birth_date', 'serial_number'])
    .register(notes, {
      section: '§4.11',
      text: 'Between the video and the decision, update request changes these fields of the signer. V1 documents it for any time.',
      otherSide:
        'Data from the video cannot be changed, as in the other API (`[]`), or other fields can be: list them.',
    }),
  updateSendsBack: z.enum(['all', 'required']).default('all').register(notes, {
    section: '§4.11',
    text: 'Update replaces the whole request, so the correctable fields of the signer are sent back as they were read.',
    otherSide: 'It keeps fields that are not sent: `required`.',
  }),
  videoidModeInCreate: z.boolean().default(false).register(notes, {
    section: '§4.1',
    text: 'create does not carry videoid_mode.',
    otherSide: 'It needs videoid_mode: 1, as in one V1 sample: `true`.',
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

/** What the flow relies on without a setting. */
const RELIED_ON = [
  {
    name: 'requestShowsLiveStatus',
    section: '§4.10',
    text: 'Get request shows the status the request has now, also after a decision in the provider’s console.',
    otherSide: 'Then requests wait forever although signer and RAO have finished.',
  },
  {
    name: 'createHasNoIdempotency',
    section: '§13',
    text: 'A repeated create makes a second request with a second bill.',
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
