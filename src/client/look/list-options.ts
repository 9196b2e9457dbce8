import { z } from 'zod';
import { isFailureCode } from '../../messages/failures.js';
import { OUTCOME_KINDS, type OutcomeKind } from '../../messages/outcome.js';
import type { Flow } from '../../messages/request.js';
import { type Stage, STAGES } from '../../messages/status.js';
import { checkedInput, email, metadata, phone, providerPk } from '../input/input.js';
import { positionOf } from './cursor.js';

/** Which requests to list. All that is given must fit. */
export interface ListOptions {
  /** Only those of this flow. */
  flow?: Flow | undefined;
  /** `running`: no outcome is recorded. `ended`: one is. */
  state?: 'running' | 'ended' | undefined;
  /** Only those that ended so. */
  outcome?: OutcomeKind | undefined;
  /** Only those in this stage. */
  stage?: Stage | undefined;
  /** True: only those in attention, or that no worker can continue. False: only those that are not in attention. */
  attention?: boolean | undefined;
  /** Only those that are in attention with this failure. */
  code?: string | undefined;
  registrationAuthority?: string | undefined;
  /** The queue of an officer: those that wait for a decision at registration authorities whose settings have the officer. */
  officer?: string | undefined;
  /** The beginning of the reference. Capitals count. */
  prefix?: string | undefined;
  /** A request_pk or videoid_pk. */
  providerId?: string | undefined;
  /** Not before: a date (its beginning, UTC) or a time, ISO 8601. */
  createdFrom?: string | undefined;
  /** Before: as `createdFrom`. */
  createdTo?: string | undefined;
  /** Only those with all of these values. */
  metadata?: Record<string, string> | undefined;
  /** The signer's present e-mail address. Capitals do not count. */
  email?: string | undefined;
  /** The signer's present phone. */
  phone?: string | undefined;
  /** `next` of the page before. */
  after?: string | undefined;
  /** At most so many, 1000 at most. Default: 100. */
  limit?: number | undefined;
}

/** The most in one page. */
export const MOST_LISTED = 1000;

const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date or a time in ISO 8601, such as 2026-01-31')
  .transform((text) => Date.parse(text));
const FLOWS = ['signature', 'enrolment'] as const satisfies Flow[];
const STATES = ['running', 'ended'] as const;
const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -');

const schema = z.strictObject({
  flow: z.enum(FLOWS).optional(),
  state: z.enum(STATES).optional(),
  outcome: z.enum(OUTCOME_KINDS).optional(),
  stage: z.enum(STAGES).optional(),
  attention: z.boolean().optional(),
  code: z.string().refine(isFailureCode, 'must be a code that `videoid list --attention` shows').optional(),
  registrationAuthority: id.optional(),
  officer: id.optional(),
  prefix: id.optional(),
  providerId: providerPk.optional(),
  createdFrom: time.optional(),
  createdTo: time.optional(),
  metadata: metadata.optional(),
  email: email.optional(),
  phone: phone.optional(),
  after: z
    .string()
    .transform((text, context) => {
      const position = positionOf(text);
      if (position === undefined)
        context.addIssue({ code: 'custom', message: 'must be the value `next` of an earlier page' });
      return position ?? z.NEVER;
    })
    .optional(),
  limit: z.int().min(1, `must be 1 to ${MOST_LISTED}`).max(MOST_LISTED, `must be 1 to ${MOST_LISTED}`).default(100),
});

/** Which page of the deletions to list. */
export type DeletedOptions = Pick<ListOptions, 'flow' | 'after' | 'limit'>;

const deletedSchema = schema.pick({ flow: true, after: true, limit: true });

/** @throws VideoIdError BAD_INPUT */
export function checkDeletedList(options: DeletedOptions): z.output<typeof deletedSchema> {
  return checkedInput(deletedSchema, options);
}

/** Options after the check. */
export type CheckedList = z.output<typeof schema>;

/** @throws VideoIdError BAD_INPUT, BAD_EMAIL, BAD_PHONE. No error shows a value */
export function checkList(options: ListOptions): CheckedList {
  return checkedInput(schema, options);
}
