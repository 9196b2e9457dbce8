import { z } from 'zod';
import { type Assumption, COMMON_ASSUMPTIONS, listOf, notes } from '../assumption-list.js';

/**
 * Everything the documentation of the Registration Authority API leaves open and this client can be told, one setting each.
 * Overrides are given per environment; an unknown name is an error.
 */
export const registrationAuthorityAssumptionsSchema = z.strictObject({
  ...COMMON_ASSUMPTIONS,
  bareNotFound: z
    .enum(['wrong-address-unless-json', 'wrong-address', 'not-there'])
    .default('wrong-address-unless-json')
    .register(notes, {
      section: '§2.3',
      text: 'A 404 in JSON that says only "Not found." means that the thing does not exist; without JSON, that nothing is served there.',
      otherSide: 'Both mean a wrong address (`wrong-address`), or both that the thing does not exist (`not-there`).',
    }),
  noScratchcardTexts: z
    .array(z.string().min(4))
    .default(['ScratchCard matching query does not exist', 'No ScratchCard matches the given query'])
    .register(notes, {
      section: '§8.1',
      text: 'When "get first unused" has nothing to give, it says one of these texts, "Not found.", or nothing at all.',
      otherSide: 'It is worded differently: list its texts.',
    }),
  scratchcardUsedTexts: z
    .array(z.string().min(4))
    .default(['Invalid ScratchCard', 'ScratchCard matching query does not exist'])
    .register(notes, {
      section: '§8.2',
      text: 'A refusal of create with one of these texts means that the scratchcard cannot be used (any more).',
      otherSide: 'It is worded differently: list its texts.',
    }),
  scratchcardList: z.enum(['all', 'unused']).default('all').register(notes, {
    section: '§8.1',
    text: 'The list of scratchcards counts used ones too, as an example shows; what requests took is subtracted.',
    otherSide: 'It counts unused ones alone: `unused`.',
  }),
  updateSendsBack: z.enum(['all-but-video', 'required', 'all']).default('all-but-video').register(notes, {
    section: '§8.2',
    text: 'Update replaces the request, but for what came from the video: everything else is sent back as it was read.',
    otherSide:
      'It leaves alone what is not sent (`required`); or it wants the name too, as in the guide’s sample (`all`).',
  }),
  videoidModeInUpdate: z.boolean().default(true).register(notes, {
    section: '§8.2',
    text: 'Update carries videoid_mode: 1 like create, as the API description has it for requests with a video.',
    otherSide: 'It does not, as in the guide’s sample: `false`.',
  }),
  evidenceMethod: z.enum(['POST', 'PUT']).default('POST').register(notes, {
    section: '§8.4',
    text: 'Evidence is uploaded with POST, as the API description has it.',
    otherSide: 'It is uploaded with PUT, as in the guide: `PUT`.',
  }),
  contractFrom: z
    .array(z.enum(['json', 'form', 'generate']))
    .min(1)
    .default(['json', 'generate'])
    .register(notes, {
      section: '§8.2',
      text: 'The contract is asked for by pl_get_document with JSON; where that is refused or gives none, by generate_document.',
      otherSide: 'pl_get_document wants a form (`form`), or another order is right.',
    }),
  generatedContract: z.enum(['latin1', 'utf8']).default('latin1').register(notes, {
    section: '§8.2',
    text: 'In the PDF that generate_document gives as text, each character is one byte.',
    otherSide: 'The text is to be written as UTF-8: `utf8`.',
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

/** What the flow rests on and no setting could change. */
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
    text: 'The secrets of a scratchcard can be read again, and are those that approving shows.',
    otherSide: 'Then the answer of an approval that was lost takes them along; the evidence says so.',
  },
  {
    name: 'evidenceIsListed',
    section: '§8.2',
    text: 'The list of documents shows evidence that was uploaded, so that an upload in doubt is not repeated when it was done.',
    otherSide: 'Then it is uploaded once more.',
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
    text: 'Generating declaration or contract changes nothing in the request.',
    otherSide: 'Then what the officer was shown may not be what is signed.',
  },
  {
    name: 'statusIsLive',
    section: '§6, §7',
    text: 'Get request shows the status the request has now; for CREATED no callback is documented.',
    otherSide: 'Then requests wait for ever although the provider’s operator is done.',
  },
  {
    name: 'linkGoesByMail',
    section: '§8.5',
    text: 'The provider e-mails the signer the link to the video, and after approval the one to the certificate.',
    otherSide: 'Then they have to be handed over: the first if a read shows it, the second on demand.',
  },
];

/** Every assumption about the Registration Authority API, for `doctor` and the documentation. */
export const REGISTRATION_AUTHORITY_ASSUMPTIONS: readonly Assumption[] = listOf(
  registrationAuthorityAssumptionsSchema,
  RELIED_ON,
);
