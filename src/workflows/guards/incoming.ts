import {
  type ActivateInput,
  type ApplicationFailure,
  type UpdateInput,
  type WorkflowExecuteInput,
  workflowInfo,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import { ORIGIN_MARK, ORIGIN_WORDS, type PayloadOrigin } from '../../messages/payload-origin.js';
import type { FailureCode } from '../../messages/failures.js';
import type { RequestKey } from '../../messages/request.js';
import { workflowIdOf } from '../../messages/request.js';
import type { OrderName } from '../../messages/verbs.js';
import { callFailure } from '../engine/call-failure.js';
import { ORDER_GUARDS } from './order-guards.js';
import { fieldOf } from './shapes.js';
import { START_GUARDS } from './start-guards.js';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];
type Payloads = NonNullable<NonNullable<Job['doUpdate']>['input']>;

/** What the codec found in the argument of a start or an order. */
interface Found {
  origin: PayloadOrigin;
  /** Which key is the reason, in words. Empty if no key is. */
  words: string;
}

/** The codec was not asked, because there is not one argument. */
const UNREAD: Found = { origin: 'not-readable', words: '' };

/** What the codec found, in words for the caller, if it gave none. */
const WORDS: Record<Exclude<PayloadOrigin, 'signed-order' | 'signed-start' | 'not-asked'>, string> = {
  encrypted: 'it is not signed',
  'not-encrypted': 'it is not encrypted',
  'of-another-step': 'it is for something else',
  'wrongly-signed': 'no known key has signed it',
  'not-readable': 'it cannot be read',
};

/** A replay accepts a retired signing key. Such an order can only be written with the codec key. */
function unretired(found: Found | undefined, origin: 'signed-order' | 'signed-start'): Found | undefined {
  return found?.origin === 'wrongly-signed' ? { ...found, origin } : found;
}

/** The task fails if an accepted order cannot be decrypted now. With the key it succeeds. */
class KeyMissing extends Error {
  constructor({ words }: Found) {
    const code: FailureCode = 'KEY_NOT_SHARED';
    super(`${code}: What was accepted earlier cannot be read: ${words === '' ? 'the worker lacks the key' : words}.`);
  }
}

/**
 * Guards every workflow. It accepts only starts and orders that are signed by a known key, addressed to this workflow, and of
 * the right shape. Anybody who can write to Temporal could send others.
 *
 * A replay checks again, except the shape and the signer, because keys may have been retired. The check is needed: somebody who
 * polls as a worker can write a history in which our workers seem to have accepted something.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let started: Found | undefined;
  /** What the codec found of the Updates in this activation. They are accepted or refused within it. */
  const orders = new Map<string, Found | undefined>();
  let late: (() => void)[] = [];
  /** During a replay a refusal waits for the next new event, because the history contains no refusal. */
  const refuse = (error: unknown): Promise<never> =>
    new Promise((_resolve, reject) => {
      if (workflowInfo().unsafe.isReplaying) late.push(() => reject(error));
      else reject(error);
    });
  return {
    inbound: [
      {
        execute(input, next) {
          const { isReplaying } = workflowInfo().unsafe;
          if (isReplaying && started?.origin === 'not-readable') return Promise.reject(new KeyMissing(started));
          try {
            checkStart(input, isReplaying ? unretired(started, 'signed-start') : started);
          } catch (error) {
            return refuse(error);
          }
          return next(input);
        },
        validateUpdate(input, next) {
          checkOrder(input, orders.get(input.updateId));
          next({ ...input, args: orderIn(input) });
        },
        handleUpdate(input, next) {
          const found = orders.get(input.updateId);
          if (found?.origin === 'not-readable') return Promise.reject(new KeyMissing(found));
          try {
            checkOrigin(input, unretired(found, 'signed-order'));
          } catch (error) {
            return refuse(error);
          }
          return next({ ...input, args: orderIn(input) });
        },
      },
    ],
    outbound: [
      {
        // An order for one step must not be used for another: `activities/engine/callers.ts` compares.
        scheduleActivity: (input, next) => next({ ...input, args: [...input.args, input.activityType] }),
      },
    ],
    internals: [
      {
        activate(input, next) {
          if (input.activation.jobs?.some((job) => !job.queryWorkflow && !job.removeFromCache)) {
            for (const refused of late) refused();
            late = [];
          }
          for (const job of input.activation.jobs ?? []) {
            if (job.initializeWorkflow) started = foundIn(job.initializeWorkflow.arguments);
            if (job.doUpdate?.id) orders.set(job.doUpdate.id, foundIn(job.doUpdate.input));
            // Our signals have no argument. If one comes, it is ignored.
            if (job.signalWorkflow) job.signalWorkflow.input = [];
            if (job.resolveActivity) refuseForeign(job.resolveActivity);
          }
          next(input);
        },
        concludeActivation(input, next) {
          orders.clear();
          return next(input);
        },
      },
    ],
  };
};

/** What the codec found, if it was asked. Starts and orders have one argument. */
function foundIn(payloads: Payloads | null | undefined): Found | undefined {
  const metadata = payloads?.length === 1 ? payloads[0]?.metadata : undefined;
  const mark = metadata?.[ORIGIN_MARK];
  if (!mark) return undefined;
  return {
    origin: String.fromCharCode(...mark) as PayloadOrigin,
    words: String.fromCharCode(...(metadata[ORIGIN_WORDS] ?? [])),
  };
}

function wordsOf({ origin, words }: Found): string {
  return words || (WORDS[origin as keyof typeof WORDS] ?? 'it is signed as something else');
}

/** @throws to the caller: ORDER_REFUSED, or BAD_INPUT with the field */
function checkOrder(input: UpdateInput, found: Found | undefined): void {
  checkOrigin(input, found);
  const { name } = input;
  const guard = Object.hasOwn(ORDER_GUARDS, name) ? ORDER_GUARDS[name as OrderName] : undefined;
  const [order] = orderIn(input);
  const wrong = guard === undefined ? '' : guard(order);
  if (wrong === undefined) return;
  if (wrong === '') throw callFailure('BAD_INPUT', 'The order cannot be used.');
  throw callFailure('BAD_INPUT', `The order cannot be used: ${wrong}.`, {}, wrong);
}

/** Checks the signature and the address of an order. @throws to the caller: ORDER_REFUSED */
function checkOrigin({ name, updateId, args: [given] }: UpdateInput, found: Found = UNREAD): void {
  if (found.origin !== 'signed-order' && found.origin !== 'not-asked') {
    throw callFailure('ORDER_REFUSED', `The order is refused: ${wordsOf(found)}.`);
  }
  const { workflowId, firstExecutionRunId: run } = workflowInfo();
  const addressee = Object.entries({ workflowId, run, update: name, updateId });
  const meant: unknown = fieldOf(given, 'for');
  if (!addressee.every(([field, value]) => fieldOf(meant, field) === value)) {
    throw callFailure(
      'ORDER_REFUSED',
      'The order is refused: it is not for this request, this Update and this updateId.',
    );
  }
}

/** The order without its address. */
function orderIn({ args }: Pick<UpdateInput, 'args'>): unknown[] {
  const [given] = args;
  if (typeof given !== 'object' || given === null) return [given];
  return [Object.fromEntries(Object.entries(given).filter(([field]) => field !== 'for'))];
}

/** @throws START_REFUSED, which ends the workflow before anything has happened */
function checkStart({ args: [argument] }: WorkflowExecuteInput, found: Found = UNREAD): void {
  const { workflowType, workflowId, parent } = workflowInfo();
  const guard = Object.hasOwn(START_GUARDS, workflowType) ? START_GUARDS[workflowType] : undefined;
  if (guard === undefined) throw refusedStart('there is no such workflow');
  const enough: PayloadOrigin = guard.by === 'client' ? 'signed-start' : 'encrypted';
  if (found.origin !== enough && found.origin !== 'not-asked') throw refusedStart(wordsOf(found));
  const wrong = guard.shape(argument);
  if (wrong !== undefined) throw refusedStart(`its argument cannot be used${wrong === '' ? '' : `: ${wrong}`}`);
  const key = fieldOf(argument, 'key') as RequestKey;
  if (guard.idOf(key, argument) !== workflowId) throw refusedStart('its argument is for another workflow');
  if (guard.by === 'workflow' && parent?.workflowId !== workflowIdOf(key))
    throw refusedStart('the request did not start it');
}

function refusedStart(why: string): ApplicationFailure {
  return callFailure('START_REFUSED', `The start is refused: ${why}.`);
}

/** Our workers encrypt their answers. An answer that is not encrypted, or that belongs to another step, is forged: the step fails. */
function refuseForeign(job: NonNullable<Job['resolveActivity']>): void {
  const result = job.result?.completed?.result;
  const origin = result ? foundIn([result])?.origin : undefined;
  if (origin !== 'not-encrypted' && origin !== 'of-another-step') return;
  job.result = {
    failed: {
      failure: {
        message: 'The answer is not one that a worker of this installation gave for this step.',
        applicationFailureInfo: { type: 'STEP_FAILED', nonRetryable: false },
      },
    },
  };
}
