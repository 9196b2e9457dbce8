import type { Client } from '@temporalio/client';
import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { type CallbackTrouble, callbackTroubles } from '../../messages/callbacks.js';
import type { Outage } from '../../messages/conditions.js';
import { OUT_OF_REACH } from '../../messages/failures.js';
import { ATTENTION_ATTRIBUTE, REGISTRATION_AUTHORITY_ATTRIBUTE } from '../../messages/search-attributes.js';
import { ofInstallation } from '../../temporal/namespace.js';
import { CALL_WITHIN, temporalFailure } from '../../temporal/calls.js';
import type { RequestAccess } from '../running/access.js';
import { notAhead } from './cause.js';

/** An Optimizer that does not answer, and how many requests wait for it. They go on by themselves. */
export interface OutageCondition extends Outage {
  what: 'outage';
  /** Whether it lasts longer than a step's budget. Before that, steps are only tried again. */
  lasting: boolean;
  /** Requests in attention because of it. Temporal's search may be some seconds late. */
  waiting: number;
}

/** The provider's callbacks come with a wrong token, so changes are seen late. */
export interface CallbackCondition extends CallbackTrouble {
  what: 'callbacks';
}

export type Condition = OutageCondition | CallbackCondition;

/**
 * The reasons why many requests wait, each once.
 *
 * @throws VideoIdError ARCHIVE_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function conditionsOf(place: { archive: Archive; client: Client; config: Config }): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const outage of await place.archive.notices.outages()) {
    const since = notAhead(outage.since, place.archive);
    const lasting = isLasting(place, since);
    conditions.push({ what: 'outage', ...outage, since, lasting, waiting: await waitingFor(place, outage) });
  }
  for (const trouble of callbackTroubles(await place.archive.notices.callbacks(), Date.now())) {
    conditions.push({ what: 'callbacks', ...trouble });
  }
  return conditions;
}

/** Whether requests come into attention because of it: the first step's budget is over. @param since ISO 8601 */
export function isLasting({ archive, config }: Pick<RequestAccess, 'archive' | 'config'>, since: string): boolean {
  const budgets = Object.values(config.policy.steps).map(({ budget }) => budget);
  return archive.now() - Date.parse(since) >= Math.min(...budgets);
}

async function waitingFor(
  { client, config }: { client: Client; config: Config },
  { environment, flow }: Outage,
): Promise<number> {
  const authorities = Object.entries(config.registrationAuthorities).flatMap(([id, authority]) =>
    authority.environment === environment ? [id] : [],
  );
  if (authorities.length === 0) return 0;
  const query = [
    `WorkflowType = '${flow}'`,
    `ExecutionStatus = 'Running'`,
    ofInstallation(config.temporal.taskQueue),
    `${ATTENTION_ATTRIBUTE} IN (${listed(OUT_OF_REACH)})`,
    `${REGISTRATION_AUTHORITY_ATTRIBUTE} IN (${listed(authorities)})`,
  ].join(' AND ');
  try {
    const { count } = await client.withDeadline(Date.now() + CALL_WITHIN, () => client.workflow.count(query));
    return count;
  } catch (error) {
    throw temporalFailure(error);
  }
}

function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
