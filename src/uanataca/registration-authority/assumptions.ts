import { z } from 'zod';
import { type Assumption, COMMON_ASSUMPTIONS, listOf, notes } from '../assumption-list.js';

/**
 * What the documentation of the Registration Authority API leaves open, with one setting each. Overrides are given per
 * environment. An unknown name is an error.
 */
export const registrationAuthorityAssumptionsSchema = z.strictObject({
  ...COMMON_ASSUMPTIONS,
  bareNotFound: z
    .enum(['wrong-address-unless-json', 'wrong-address', 'not-there'])
    .default('wrong-address-unless-json')
    .register(notes, {
      section: '§2.3',
      text: 'A 404 in JSON that says only "Not found." in `detail` means that the object does not exist. Without JSON it means that nothing is served there.',
      otherSide:
        'Both mean a wrong address (`wrong-address`), or both mean that the object does not exist (`not-there`).',
    }),
  noScratchcardTexts: z
    .array(z.string().min(4))
    .default(['ScratchCard matching query does not exist', 'No ScratchCard matches the given query'])
    .register(notes, {
      section: '§8.1',
      text: 'If "get first unused" has no card, it answers with one of these texts, with "Not found.", or without text.',
      otherSide: 'The words differ: list them.',
    }),
  scratchcardUsedTexts: z
    .array(z.string().min(4))
    .default(['Invalid ScratchCard', 'ScratchCard matching query does not exist'])
    .register(notes, {
      section: '§8.2',
      text: 'A refusal of create with one of these texts means that the scratchcard cannot be used.',
      otherSide: 'The words differ: list them.',
    }),
  scratchcardList: z.enum(['all', 'unused']).default('all').register(notes, {
    section: '§8.1',
    text: 'The list of scratchcards also counts used ones, as an example shows. Those that requests took are subtracted.',
    otherSide: 'It counts only unused ones: `unused`.',
  }),
  updateSendsBack: z.enum(['all-but-video', 'required', 'all']).default('all-but-video').register(notes, {
    section: '§8.2',
    text: 'Update replaces the request except the data from the video. All other data is sent back as it was read.',
    otherSide:
      'It keeps fields that are not sent (`required`), or it needs the name too, as in the guide’s sample (`all`).',
  }),
  videoidModeInUpdate: z.boolean().default(true).register(notes, {
    section: '§8.2',
    text: 'Update carries videoid_mode: 1 like create, as in the API description for requests with a video.',
    otherSide: 'It does not, as in the guide’s sample: `false`.',
  }),
  evidenceMethod: z.enum(['POST', 'PUT']).default('POST').register(notes, {
    section: '§8.4',
    text: 'Evidence is uploaded with POST, as in the API description.',
    otherSide: 'It is uploaded with PUT, as in the guide: `PUT`.',
  }),
  contractFrom: z
    .array(z.enum(['json', 'form', 'generate']))
    .min(1)
    .default(['json', 'generate'])
    .register(notes, {
      section: '§8.2',
      text: 'The contract is requested by pl_get_document with JSON. If that is refused or returns none, by generate_document.',
      otherSide: 'pl_get_document needs a form (`form`), or another order is right.',
    }),
  generatedContract: z.enum(['latin1', 'utf8']).default('latin1').register(notes, {
    section: '§8.2',
    text: 'generate_document returns the PDF as text. Each character is one byte.',
    otherSide: 'The text is encoded as UTF-8: `utf8`.',
  }),
  receiptInApprove: z.boolean().default(false).register(notes, {
    section: '§8.3',
    text: 'pl_approve does not carry the receipt of the declaration.',
    otherSide: 'It does, as one page says: `true`.',
  }),
});

/** The assumptions about the Registration Authority API in force for one environment. */
export type RegistrationAuthorityAssumptions = z.infer<typeof registrationAuthorityAssumptionsSchema>;

export const DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS: RegistrationAuthorityAssumptions =
  registrationAuthorityAssumptionsSchema.parse({});

/** What the flow relies on without a setting. */
const RELIED_ON = [
  {
    name: 'requestHasOneScratchcard',
    section: '§8.1',
    text: 'A scratchcard is used by one request at most, and the list of requests finds it by its scratchcard, within a minute.',
    otherSide: 'Then a create in doubt would need a person.',
  },
  {
    name: 'scratchcardKeepsItsSecrets',
    section: '§8.1, §8.3',
    text: 'The secrets of a scratchcard can be read again, and are the same as in the answer of an approval.',
    otherSide: 'Then they are lost with the lost answer of an approval. The evidence says so.',
  },
  {
    name: 'evidenceIsListed',
    section: '§8.2',
    text: 'The list of documents shows uploaded evidence, so that an upload in doubt is not repeated if it was done.',
    otherSide: 'Then it is uploaded again.',
  },
  {
    name: 'evidenceMayBeUploadedAgain',
    section: '§8.4',
    text: 'An evidence document that is uploaded twice does no harm.',
    otherSide: 'Then an upload in doubt that the list of documents does not show would need a person.',
  },
  {
    name: 'declarationMayBeGeneratedAgain',
    section: '§8.2',
    text: 'Generating a declaration or contract does not change the request.',
    otherSide: 'Then the officer may have seen other text than is signed.',
  },
  {
    name: 'statusIsLive',
    section: '§6, §7',
    text: 'Get request shows the current status. For CREATED no callback is documented.',
    otherSide: 'Then requests wait forever although the provider’s operator has finished.',
  },
  {
    name: 'linkGoesByMail',
    section: '§8.5',
    text: 'The provider e-mails the signer the link to the video, and after approval the link to the certificate.',
    otherSide: 'Then you must deliver them: the first if a read shows it, the second on request.',
  },
];

/** Every assumption about the Registration Authority API, for `doctor` and the documentation. */
export const REGISTRATION_AUTHORITY_ASSUMPTIONS: readonly Assumption[] = listOf(
  registrationAuthorityAssumptionsSchema,
  RELIED_ON,
);
