import { z } from 'zod';
import { bytesBetween, DAY, durationBetween, flag, secretReference, serverAddress } from './values.js';

const s3 = z.strictObject({
  bucket: z.string().min(1).describe('the bucket'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'use names, with slashes only between them')
    .optional()
    .describe('the beginning of every key, if the bucket also has other things'),
  endpoint: serverAddress('The bucket and the prefix have settings of their own')
    .optional()
    .describe('address of the server alone, without the bucket. If not set: that of Amazon for the region'),
  region: z.string().min(1).default('us-east-1').describe('the region'),
  pathStyle: flag
    .default(false)
    .describe(
      "`true`: the bucket is in the path of an address, not in the name of the host. Most servers other than Amazon's need this",
    ),
  credentials: z
    .strictObject({
      accessKeyId: secretReference.describe(
        'by reference. If there are no `credentials`, the SDK looks for some on this machine',
      ),
      secretAccessKey: secretReference.describe('by reference'),
      sessionToken: secretReference.optional().describe('by reference, if the credentials are valid only for a time'),
    })
    .optional()
    .describe(
      '`accessKeyId` and `secretAccessKey`, by reference. If not set, the SDK looks for credentials on this machine',
    ),
  ca: secretReference
    .optional()
    .describe(
      'certificates of the CAs that may have issued the certificate of the server: PEM, by reference. If not set: the usual ones',
    ),
});

/** The settings of the archive. See `archive/settings.ts`. */
export const archive = z
  .strictObject({
    directory: z
      .string()
      .default('')
      .describe(
        'the folder of records and files. All processes share it. Not needed if both `database` and `files` are set',
      ),
    database: secretReference
      .optional()
      .describe(
        'URL of a PostgreSQL database (15 or newer) for the records, by reference. If not set: SQLite in `directory`',
      ),
    files: z.strictObject({ s3 }).optional().describe('where the files are. If not set: in `directory`'),
    index: z
      .string()
      .min(1)
      .refine(
        (value) => !/^postgres(?:ql)?:/i.test(value),
        'must be a folder, or name the URL by reference: env:NAME or file:PATH',
      )
      .optional()
      .describe(
        'what the webhook bridge uses of the archive: a folder, or the URL of its own role in PostgreSQL, by reference. If not set: `database`, or else the folder `index` in `directory`',
      ),
    reserve: bytesBetween(0, Number.MAX_SAFE_INTEGER)
      .default(1e9)
      .describe(
        'below this much free disk space, no new request starts and no code is sent. S3 cannot tell its free space',
      ),
    replacedFor: durationBetween(0, 365 * DAY)
      .default(14 * DAY)
      .describe(
        'how long a file stays in the store after it was replaced. A backup of the database that is older than this may name files that are gone',
      ),
  })
  .refine(isSomewhere, {
    path: ['directory'],
    error:
      'name the folder of the archive. It is not needed if archive.database and archive.files are set, or for a webhook bridge with archive.index',
  });

/** A webhook bridge needs only the index. Whoever opens more finds out what is missing. */
function isSomewhere(settings: { directory: string; database?: unknown; files?: unknown; index?: unknown }): boolean {
  const { directory, database, files, index } = settings;
  return directory !== '' || index !== undefined || (database !== undefined && files !== undefined);
}
