import { z } from 'zod';
import { bytesBetween, DAY, durationBetween, flag, secretReference, webAddress } from './values.js';

const s3 = z.strictObject({
  bucket: z.string().min(1).describe('the bucket'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'use names, with slashes only between them')
    .optional()
    .describe('put before every key, if the bucket has other things too'),
  endpoint: webAddress.optional().describe('address of the server. If not set: that of AWS for the region'),
  region: z.string().min(1).default('us-east-1').describe('the region'),
  pathStyle: flag
    .default(false)
    .describe('whether the bucket is in the path of addresses. Most servers of others need it'),
  credentials: z
    .strictObject({
      accessKeyId: secretReference.describe('by reference'),
      secretAccessKey: secretReference.describe('by reference'),
      sessionToken: secretReference.optional().describe('by reference, for credentials that end'),
    })
    .optional()
    .describe(
      '`accessKeyId` and `secretAccessKey`, by reference. If not set, the SDK looks for credentials on this machine',
    ),
  ca: secretReference.optional().describe("PEM by reference: what the server's certificate must lead to"),
});

/** The settings of the archive. See `archive/settings.ts`. */
export const archive = z
  .strictObject({
    directory: z
      .string()
      .default('')
      .describe('the folder of records and files. All processes share it. Not needed if both are elsewhere'),
    database: secretReference
      .optional()
      .describe(
        'URL of a PostgreSQL database (15 or newer) for the records, by reference. If not set: SQLite in the folder',
      ),
    files: z.strictObject({ s3 }).optional().describe('where the files are. If not set: in the folder'),
    index: z
      .string()
      .min(1)
      .refine(
        (value) => !/^postgres(?:ql)?:/i.test(value),
        'must be a folder, or name the URL by reference: env:NAME or file:PATH',
      )
      .optional()
      .describe(
        'what the webhook bridge reads: a folder, or the URL of its own role in PostgreSQL by reference. If not set: the same as the others',
      ),
    reserve: bytesBetween(0, Number.MAX_SAFE_INTEGER)
      .default(1e9)
      .describe(
        'below this much free disk space, no new request starts and no code is sent. S3 cannot tell its free space',
      ),
    replacedFor: durationBetween(0, 365 * DAY)
      .default(14 * DAY)
      .describe('a file that was replaced stays in the store for so long. A backup that is older may lack it'),
  })
  .refine(({ directory, database, files }) => directory !== '' || (database !== undefined && files !== undefined), {
    path: ['directory'],
    error: 'name the folder of the archive. It is not needed if archive.database and archive.files are set',
  });
