import { setTimeout as pause } from 'node:timers/promises';
import type { RequestStatus } from '../../src/messages/status.js';
import { flowPlayOf } from './flow-play.js';
import { officerCancels } from './reviewer.js';
import { Operator } from './operator.js';
import type { Patience } from './patience.js';
import type { Scene } from './scene.js';
import { silence } from './silence.js';

/** The pause between two looks at a request, in milliseconds. It is longer if nothing happens, or if a look takes long. */
const LOOK_EVERY = 300;
const LOOK_AT_LEAST_EVERY = 1500;
/** How often a person without an answer asks again after the end. */
const ASK_AGAIN = 50;

/** Acts as everybody around one request until it has ended, or until `over` says that it will never end. */
export async function play(scene: Scene, patience: Patience, over: () => boolean): Promise<void> {
  const { role, books, asking, at } = scene;
  const { start, people } = flowPlayOf(scene);
  for (; !over(); await pause(LOOK_EVERY)) {
    if ((await asking.look('start', start)) !== undefined) break;
    patience.looked(role.reference, 'no answer');
  }
  books.started += 1;
  books.did(role.reference, 'started');
  const began = Date.now();
  const operator = new Operator(scene);
  let situation = '';
  let since = 0;
  let next = LOOK_EVERY;
  let seen = '';
  for (; !over(); await pause(next)) {
    const asked = Date.now();
    const status = await asking.look('status', () => at.client.status(role.reference, { flow: role.flow }));
    next = Math.max(Math.min(next * 1.3, LOOK_AT_LEAST_EVERY), 4 * (Date.now() - asked));
    if (status === undefined) {
      patience.looked(role.reference, 'no answer');
      continue;
    }
    const text = JSON.stringify(status);
    patience.looked(role.reference, text === seen ? 'nothing new' : 'change');
    if (text !== seen) next = LOOK_EVERY;
    seen = text;
    if (status.stage === 'ended') break;
    const quiet = silence(status);
    if (quiet !== undefined) books.broke(role.reference, quiet);
    await wishesOf(scene, status, Date.now() - began);
    await operator.act(status);
    const now = `${status.stage} ${status.provider.requestPk} ${status.provider.status}`;
    if (now !== situation) {
      situation = now;
      since = Date.now();
    }
    if (Date.now() - since < role.thinks) continue;
    for (const person of people) await person.act(status);
  }
  patience.ended(role.reference);
  if (over()) return;
  books.ended += 1;
  // An order without an answer may have ended the request. Asking again with the same id shows whether it did.
  for (let times = 0; times < ASK_AGAIN && !over(); times += 1, await pause(LOOK_EVERY)) {
    if (!asking.isOpen('cancel') && !operator.isAsking) return;
    if (asking.isOpen('cancel')) await cancel(scene);
    if (operator.isAsking) await operator.askAgain();
  }
}

async function cancel({ asking, at, played, role }: Scene): Promise<void> {
  const order = { ...ofRequester(role), reason: 'the customer changed his mind' };
  const result = await asking.once('cancel', order, (given, options) =>
    at.client.cancel(role.reference, given, options),
  );
  if (result !== 'unanswered') played.cancel = 'answer' in result ? 'done' : 'refused';
}

/** Impatient people give a video up although it may be finished. */
function ofRequester({ operator }: Scene['role']) {
  const actor = { kind: 'requester', id: 'soak' } as const;
  return { actor, ...(operator.impatient ? { discardVideo: true } : {}) };
}

async function wishesOf(scene: Scene, status: RequestStatus, age: number): Promise<void> {
  const { role, asking, played, at } = scene;
  if (role.cancelsAt !== undefined && age >= role.cancelsAt && played.cancel === undefined) await cancel(scene);
  if (role.consoleCancelsAt !== undefined && age >= role.consoleCancelsAt) await officerCancels(scene, status);
  const asks = role.wantsNewVideo && !played.newVideo && status.verbs.includes('new-video');
  if (asks || asking.isOpen('new-video')) {
    const order = { ...ofRequester(role), reason: 'the link was lost' };
    played.newVideo = true;
    await asking.once('new-video', order, (given, options) => at.client.newVideo(role.reference, given, options));
  }
}
