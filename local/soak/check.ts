import type { RequestView } from '../../sandbox/client/sandbox-client.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { checkActors, checkVideos } from './check-actors.js';
import { checkEnrolment } from './check-enrolment.js';
import { checkEvidence } from './check-evidence.js';
import { journalProblems } from './check-journal.js';
import { checkRounds, roundsOf } from './check-rounds.js';
import { checkSignature } from './check-signature.js';
import { permittedEnds } from './permitted.js';
import { emailOf, isEnrolment, isSignature, keyOf, type Scene } from './scene.js';

/** What was found about one request. */
interface Checked {
  outcome: Outcome | undefined;
  wrong: string[];
  /** The number of events in its history. */
  events: number;
  /** The number of requests made for it at the provider. */
  made: number;
}

/** Checks one request after everything has ended. Returns how it ended, and what is wrong. */
export async function check(scene: Scene): Promise<Checked> {
  const { at, role, histories } = scene;
  const key = keyOf(role);
  const outcome = await at.archive.readOutcome(key);
  const made = await at.provider.requestsOf(emailOf(role));
  if (outcome === undefined) {
    const wrong = [`has not ended, although all trouble is over: ${await standing(scene)}`];
    return { outcome, wrong, events: 0, made: made.length };
  }
  const { events, provider } = await at.client.status(role.reference, { flow: role.flow });
  const { outcome: returned, events: count, failedTasks, replayed } = await histories.finished(key);
  const wrong = [
    ...checkEnd(scene, outcome, made),
    ...checkRounds(made, await roundsOf(scene, events)),
    ...(await checkFlow(scene, outcome, made)),
    ...checkActors(
      events,
      outcome,
      made.find(({ pk }) => String(pk) === provider.requestPk),
    ),
    ...checkVideos(made),
    ...(await checkEvidence(scene, outcome, events)),
    ...journalProblems(await at.archive.journal(key), replayed),
    ...failedTasks.map((words) => `a workflow task failed: ${words}`),
  ];
  if (returned.outcome !== outcome.outcome || returned.reason !== outcome.reason || returned.at !== outcome.at)
    wrong.push(`the workflow returned ${endOf(returned)}, the archive has ${endOf(outcome)}`);
  return { outcome, wrong, events: count, made: made.length };
}

async function checkFlow(scene: Scene, outcome: Outcome, made: readonly RequestView[]): Promise<string[]> {
  if (isSignature(scene)) {
    return checkSignature(
      scene,
      outcome,
      made.filter((each) => each.kind === 'signature'),
    );
  }
  const enrolments = made.filter((each) => each.kind === 'enrolment');
  return isEnrolment(scene) ? checkEnrolment(scene, outcome, enrolments) : [];
}

/** Checks that people's actions explain the end. */
function checkEnd({ role, played }: Scene, outcome: Outcome, made: readonly RequestView[]): string[] {
  const wrong: string[] = [];
  const permitted = permittedEnds(role, played);
  if (!permitted.some((end) => end.outcome === outcome.outcome && end.reason === outcome.reason))
    wrong.push(`ended ${endOf(outcome)}; expected ${permitted.map(endOf).join(' or ')}`);
  if (outcome.outcome === 'refused' && !made.some(({ status }) => status === 'CANCELLED'))
    wrong.push('refused, but not at the provider');
  return wrong;
}

async function standing({ asking, at, role }: Scene): Promise<string> {
  const status = await asking.look('status', () => at.client.status(role.reference, { flow: role.flow }));
  if (status === undefined) return 'no status either';
  const { stage, words, endsBy, verbs, deadline, attention, provider } = status;
  return JSON.stringify({ stage, words, endsBy, verbs, deadline, attention, provider });
}

function endOf({ outcome, reason }: { outcome: string; reason: string }): string {
  return outcome === reason ? outcome : `${outcome} (${reason})`;
}
