import { z } from 'zod';

/**
 * What a probe needs to go on, and must not be sent to anybody: ids, the link, the signer's address, the key of the hashes, the words
 * of the provider. It lies beside the file of the probe, for its owner only.
 */
export const privateSchema = z.strictObject({
  format: z.literal('videoid-probe-private/1'),
  /** Key of the hashes, base64. */
  key: z.string(),
  registrationAuthority: z.string(),
  /** The officer in whose name is decided. Undefined: a person decides in the provider's console. */
  officer: z.string().optional(),
  signer: z.strictObject({ phone: z.string(), email: z.string() }),
  profile: z.string(),
  /** Files to sign, in place of the built-in ones. */
  documents: z.array(z.string()),
  /** What a field of an enrolment shall hold: given, typed or made up. */
  fields: z.record(z.string(), z.string()).default({}),
  /** Ids and links, by their names: `main.request_pk`. */
  ids: z.record(z.string(), z.string()),
  /** Calls that may have been carried out, although no answer is known. */
  begun: z.array(z.string()),
  /** Sides of assumptions that the provider has shown. The next calls follow them. */
  learned: z.record(z.string(), z.union([z.string(), z.boolean()])),
  /** Where the probe takes callbacks: the secret part of the address, and `host:port`. */
  callbacks: z.strictObject({ token: z.string().min(32), listen: z.string().optional() }).optional(),
  /** Data of people that was seen, so that it stays out of all words when the probe is taken up again. */
  people: z.strictObject({ names: z.array(z.string()), texts: z.array(z.string()) }).default({ names: [], texts: [] }),
  /** Words of the provider that no document shows, redacted, by hash. */
  words: z.record(z.string(), z.string()),
});
export type PrivateState = z.infer<typeof privateSchema>;
