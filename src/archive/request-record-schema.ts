import { z } from 'zod';
import { workflowIdOf } from '../messages/request.js';
import { documentNameProblem, foldedDocumentName, normalisedDocumentName } from './document-name.js';
import { policySchema } from './policy-schema.js';
import { requestPk, videoidPk } from './records/record-schemas.js';
import type { NamedDocument, RequestRecord } from './request-record.js';

const text = z.string().min(1);

const namedDocumentSchema: z.ZodType<NamedDocument> = z.object({
  index: z.int().min(1),
  name: z.string().refine((name) => documentNameProblem(name) === undefined && name === normalisedDocumentName(name)),
  size: z.int().nonnegative(),
  sha256: z.hash('sha256'),
});

/** Checks a record when it is written and when it is read. Unknown fields of a later release are dropped. */
export const requestRecordSchema: z.ZodType<RequestRecord> = z
  .object({
    version: z.literal(1),
    flow: z.enum(['signature', 'enrolment']),
    reference: text,
    attempt: z.int().min(1),
    previousAttempt: z.int().min(1).exactOptional(),
    reopens: z.object({ videoidPk, requestPk }).exactOptional(),
    startKey: z.hash('sha256').exactOptional(),
    environment: text,
    registrationAuthority: text,
    profile: text,
    workflowId: text,
    signer: z.object({
      email: text,
      phone: text,
      expected: z.object({ documentNumber: text, name: text.exactOptional() }).exactOptional(),
    }),
    documents: z.array(namedDocumentSchema),
    reviewMode: z.enum(['at-provider', 'manual', 'automatic']),
    automaticOfficer: text.exactOptional(),
    automaticPermission: text.exactOptional(),
    policy: policySchema,
    enrolment: z
      .object({
        secureElement: text,
        validityTime: text,
        fields: z.record(z.string(), z.string()),
        untilIssued: z.boolean(),
        preauthLink: z.boolean(),
        refuseVideo: z.boolean().exactOptional(),
      })
      .exactOptional(),
    inputHash: text,
    metadata: z.record(z.string(), z.string()).exactOptional(),
    createdAt: z.iso.datetime(),
  })
  .refine((record) => record.workflowId === workflowIdOf(record), { path: ['workflowId'] })
  .refine(({ documents }) => documents.every((document, at) => document.index === at + 1), { path: ['documents'] })
  .refine(({ documents }) => new Set(documents.map(({ name }) => foldedDocumentName(name))).size === documents.length, {
    path: ['documents'],
  })
  .refine(
    ({ attempt, previousAttempt }) =>
      attempt === 1 ? previousAttempt === undefined : previousAttempt !== undefined && previousAttempt < attempt,
    { path: ['previousAttempt'] },
  )
  .refine(({ previousAttempt, reopens }) => reopens === undefined || previousAttempt !== undefined, {
    path: ['reopens'],
  });
