import { z } from 'zod';

/** What is known about one assumption; the document of facts is cited by its section (§). */
export interface Note {
  section: string;
  /** What we take to be so. */
  text: string;
  /** What is so if we are wrong, and what to set then. */
  otherSide: string;
}

/** One line of the list that `doctor` shows. */
export interface Assumption extends Note {
  name: string;
  /** `undefined` for what nobody can set: the software relies on it as it is. */
  default: string | boolean | readonly string[] | undefined;
}

/** What is noted about a setting that is an assumption. */
export const notes = z.registry<Note>();

/** The settings both APIs have, because one registration authority stands behind them. */
export const COMMON_ASSUMPTIONS = {
  status503IsUnknownOnWrites: z.boolean().default(true).register(notes, {
    section: '§2.1',
    text: 'A 503 on a call that must not be done twice may come from a proxy after the work was done.',
    otherSide: 'A 503 always means that nothing was done, so the call may be repeated: `false`.',
  }),
  wrongStatusTexts: z.array(z.string().min(4)).default(['Invalid request status']).register(notes, {
    section: '§4.4, §4.8, §8.2',
    text: 'A refusal with one of these texts means that the request is not in a status for this call.',
    otherSide: 'It is worded differently: list its texts.',
  }),
  countryName: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('ES')
    .register(notes, {
      section: '§4.11, §8.2',
      text: 'Where a request does not show the country of its registration authority, which Update wants, it is this one.',
      otherSide: 'It is another: give its two letters.',
    }),
  raoAsString: z.boolean().default(true).register(notes, {
    section: '§4.4, §8.3',
    text: 'The id of a RAO is sent as a string.',
    otherSide: 'It is sent as a number: `false`.',
  }),
};

/** Every assumption of one API: its settings, and what it relies on without a setting. */
export function listOf(schema: z.ZodObject, reliedOn: readonly (Note & { name: string })[]): readonly Assumption[] {
  const settings = Object.entries(schema.shape).flatMap(([name, setting]): Assumption[] => {
    const note = notes.get(setting);
    if (note === undefined || !(setting instanceof z.ZodType)) return [];
    return [{ name, ...note, default: setting.parse(undefined) as Assumption['default'] }];
  });
  return [...settings, ...reliedOn.map((item) => ({ ...item, default: undefined }))];
}
