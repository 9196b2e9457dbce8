import { z } from 'zod';

/** One assumption about the provider. `section` cites the document of facts. */
export interface Note {
  section: string;
  /** What we assume. */
  text: string;
  /** What is true otherwise, and what to set then. */
  otherSide: string;
}

/** One line of the list that `doctor` shows. */
export interface Assumption extends Note {
  name: string;
  /** `undefined` if there is no setting: the software relies on the assumption. */
  default: string | boolean | readonly string[] | undefined;
}

/** The notes on settings that are assumptions. */
export const notes = z.registry<Note>();

/** The settings of both APIs: both use the same registration authority software. */
export const COMMON_ASSUMPTIONS = {
  status503IsUnknownOnWrites: z.boolean().default(true).register(notes, {
    section: '§2.1',
    text: 'A 503 on a call that must not be done twice may come from a proxy after the work was done.',
    otherSide: 'A 503 always means that nothing was done, so the call may be repeated: `false`.',
  }),
  answersAreJson: z.boolean().default(true).register(notes, {
    section: '§2.1, §2.3',
    text: 'Every answer except files is JSON, with fields of the provider such as status, detail or error, and a refusal says more than an HTTP status. Any other answer comes from something in between, such as a proxy, an API gateway or a login page. It is temporary.',
    otherSide:
      'The provider’s server also answers with pages, other text, other JSON, or nothing: `false`. Then a refusal in such a form waits for a decision.',
  }),
  unknownRefusals: z.enum(['either', 'provider']).default('either').register(notes, {
    section: '§2.1, §2.3',
    text: 'A 401 or 403 in unknown words, and any refusal in a form that no document shows, comes from the provider or from something in between. Reads go on. A call that must not be done twice is in doubt.',
    otherSide:
      'Nothing in between answers in JSON: `provider`. Then it is a refusal of the provider, and waits for a decision.',
  }),
  wrongStatusTexts: z.array(z.string().min(4)).default(['Invalid request status']).register(notes, {
    section: '§4.4, §4.8, §8.2',
    text: 'A refusal with one of these texts means that the request is not in a status for this call.',
    otherSide: 'The words differ: list them.',
  }),
  countryName: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('ES')
    .register(notes, {
      section: '§4.11, §8.2',
      text: 'Update needs the country of the registration authority. If the request does not show it, this country is sent.',
      otherSide: 'The country is another: give its two letters.',
    }),
  raoAsString: z.boolean().default(true).register(notes, {
    section: '§4.4, §8.3',
    text: 'The id of a RAO is sent as a string.',
    otherSide: 'It is sent as a number: `false`.',
  }),
};

/** Every assumption about one API: those with a setting, and those without. */
export function listOf(schema: z.ZodObject, reliedOn: readonly (Note & { name: string })[]): readonly Assumption[] {
  const settings = Object.entries(schema.shape).flatMap(([name, setting]): Assumption[] => {
    const note = notes.get(setting);
    if (note === undefined || !(setting instanceof z.ZodType)) return [];
    return [{ name, ...note, default: setting.parse(undefined) as Assumption['default'] }];
  });
  return [...settings, ...reliedOn.map((item) => ({ ...item, default: undefined }))];
}
