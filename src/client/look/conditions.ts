import type { Archive } from '../../archive/archive.js';
import type { Config } from '../../config/schema.js';
import { type CallbackTrouble, callbackTroubles } from '../../messages/callbacks.js';
import type { Outage } from '../../messages/conditions.js';
import { OUT_OF_REACH } from '../../messages/failures.js';
import { allListed, type RequestAccess } from '../running/access.js';
import { notAhead } from './cause.js';

/** An Optimizer that does not answer, and how many requests wait for it. They go on by themselves. */
export interface OutageCondition extends Outage {
  what: 'outage';
  /** Whether it lasts longer than a step's budget. Before that, steps are only tried again. */
  lasting: boolean;
  /** Requests in attention because of it. */
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
 * @throws VideoIdError ARCHIVE_UNAVAILABLE
 */
export async function conditionsOf(place: { archive: Archive; config: Config }): Promise<Condition[]> {
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
  { archive, config }: { archive: Archive; config: Config },
  { environment, flow }: Outage,
): Promise<number> {
  const registrationAuthorities = Object.entries(config.registrationAuthorities).flatMap(([id, authority]) =>
    authority.environment === environment ? [id] : [],
  );
  let waiting = 0;
  for (const code of OUT_OF_REACH) {
    const filter = { flow, registrationAuthorities, code, ended: false };
    for await (const _request of allListed(archive, filter)) waiting += 1;
  }
  return waiting;
}
