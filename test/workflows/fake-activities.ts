import { setTimeout as pause } from 'node:timers/promises';
import type { Decided, MadeThere, SignatureActivities, Withdrawn } from '../../src/messages/activities.js';
import { AFTER_VIDEO } from '../../src/messages/request-fields.js';
import type { ProviderIds, RequestKey, RequestPk, VideoidPk } from '../../src/messages/request.js';
import { failure, type ProviderModel, stillWaiting, UNLOCKS } from './provider-model.js';

/** Pauses of the tests: milliseconds instead of minutes. */
const SOON = 10;
const SLOW = 80;
const TRY_AGAIN = 15;
const TAKES_LONG = 40;

/** The activities of a signature, over one model for each reference. They read before they write, like the real ones. */
export function fakeActivities(modelOf: (reference: string) => ProviderModel): SignatureActivities {
  /** Sets what happens to a step, before or after its work. */
  function step<Order, Result>(
    name: string,
    work: (model: ProviderModel, order: Order) => Result,
    lost = () => failure('PROVIDER_ANSWER_UNKNOWN', { retryIn: TRY_AGAIN, temporary: false }),
  ): (key: RequestKey, order: Order) => Promise<Result> {
    return async ({ reference }, order) => {
      const model = modelOf(reference);
      const fate = model.called(name);
      if (fate === 'slow') await pause(TAKES_LONG);
      if (fate === 'unreachable') throw failure('PROVIDER_UNREACHABLE', { retryIn: TRY_AGAIN });
      if (fate === 'refused') throw failure(name === 'retrieve' ? 'VERIFICATION_NOT_PASSED' : 'PROVIDER_REFUSED');
      const result = work(model, order);
      if (fate === 'lost') throw lost();
      return result;
    };
  }

  return {
    create: step<Parameters<SignatureActivities['create']>[1], Awaited<ReturnType<SignatureActivities['create']>>>(
      'create',
      (model, { round, since, replaces }) => {
        if (replaces !== undefined && AFTER_VIDEO.has(model.status)) {
          throw failure('VIDEO_FINISHED', { facts: { status: model.status } });
        }
        for (const [made, number] of model.createdIn)
          if (made >= since) return { ...idsOf(number), status: 'VIDEOPENDING' };
        if (model.createBegun.has(round)) throw failure('CREATE_IN_DOUBT');
        model.createBegun.add(round);
        model.statuses.push('VIDEOPENDING');
        model.createdIn.set(round, model.statuses.length);
        return { ...idsOf(model.statuses.length), status: 'VIDEOPENDING' };
      },
      () => failure('CREATE_IN_DOUBT'),
    ),
    adopt: step<ProviderIds, Awaited<ReturnType<SignatureActivities['adopt']>>>('adopt', (model, ids) => ({
      ...ids,
      ...model.read(),
    })),
    made: step<Parameters<SignatureActivities['made']>[1], MadeThere>('made', (model, { since }) => {
      for (const [round, number] of model.createdIn) if (round >= since) return { ids: idsOf(number) };
      return model.createBegun.size > 0 ? { inDoubt: true } : {};
    }),
    correct: step('correct', (model) => model.read()),
    watch: step<Parameters<SignatureActivities['watch']>[1], { status: string }>('watch', (model, order) => {
      const { status } = model.read();
      if (status !== order.seen || order.recovering) return { status };
      throw stillWaiting(order.soon ? SOON : SLOW);
    }),
    readStatus: step('readStatus', (model) => model.read()),
    approve: step<Parameters<SignatureActivities['approve']>[1], Decided>('approve', (model, { decisionId }) =>
      decide(model, decisionId, 'ENROLLREADY'),
    ),
    refuse: step<Parameters<SignatureActivities['refuse']>[1], Decided>('refuse', (model, { decisionId }) =>
      decide(model, decisionId, 'CANCELLED'),
    ),
    upload: step<
      { documents: { index: number; sha256: string; size: number }[] },
      Awaited<ReturnType<SignatureActivities['upload']>>
    >('upload', (model, { documents }) => {
      if (model.status !== 'ENROLLREADY') throw failure('REQUEST_STATUS_REFUSED');
      model.uploaded = documents.length;
      const uploaded = documents.map((document) => ({ ...document, uid: `uid-${document.index}` }));
      return { documents: uploaded, contract: { sha256: 'contract', size: 1 } };
    }),
    sendCode: step('code', (model) => {
      if (model.status !== 'ENROLLREADY') throw failure('REQUEST_STATUS_REFUSED');
      model.codes += 1;
      model.code = `code-${model.codes}`;
      return { sentAt: new Date().toISOString() };
    }),
    sign: sign(modelOf),
    retrieve: step('retrieve', (model) => {
      if (model.status !== 'ISSUED') throw failure('PROVIDER_NOT_FOUND');
      model.stored = true;
      const verification = { result: 'passed' as const, reasons: [], facts: {} };
      return { documents: [], contract: { sha256: 'contract', size: 1, signed: true, verification } };
    }),
    showIdentity: step('showIdentity', () => ({ answer: { publicKey: '', sealed: '' } })),
    withdraw: step<Parameters<SignatureActivities['withdraw']>[1], Withdrawn>('withdraw', (model, order) =>
      model.withdraw(order),
    ),
    clean: step<Parameters<SignatureActivities['clean']>[1], void>('clean', (model, { outcome }) => {
      model.clean();
      model.outcome = outcome ?? model.outcome;
    }),
    record: step<Parameters<SignatureActivities['record']>[1], void>('record', (model, { outcome }) => {
      model.outcome = outcome;
    }),
    journal: async () => undefined,
    noteLateVideo: step('noteLateVideo', () => undefined),
  };
}

/** Like `activities/sign.ts`: there is a mark before the call. A step that finds the mark only reads. */
function sign(modelOf: (reference: string) => ProviderModel): SignatureActivities['sign'] {
  return async ({ reference }, { codeId, settle, secret, unlock }) => {
    const model = modelOf(reference);
    const fate = model.called('sign');
    if (fate === 'slow') await pause(TAKES_LONG);
    const { status } = model.read();
    const sent = model.signBegun.has(codeId);
    if (status === 'ISSUED') return { result: 'issued' };
    if (status === 'CANCELLED' || (status !== 'ENROLLREADY' && !sent)) return { result: 'not-signable', status, sent };
    if (status !== 'ENROLLREADY') throw failure('STATUS_UNEXPECTED');
    if (sent) return { result: model.signRefused.has(codeId) ? 'refused' : 'spent' };
    if (fate === 'unreachable') throw failure('PROVIDER_UNREACHABLE', { retryIn: TRY_AGAIN });
    if (!model.accepted) model.broken.push('signed without an acceptance');
    model.signBegun.add(codeId);
    if (fate === 'refused') {
      model.signRefused.add(codeId);
      throw failure('CREDENTIALS_REFUSED');
    }
    const typed = secret?.sealed ?? '';
    // The call was lost, or its answer.
    const arrives = fate !== 'lost' || model.codes % 2 === 0;
    const right = secret ? typed === model.code : unlock?.value.sealed === UNLOCKS;
    const accepted = arrives && right && model.status === 'ENROLLREADY';
    if (secret) model.handedOver(typed, fate !== 'lost');
    if (accepted) model.move(['ENROLLREADY'], 'ISSUED');
    if (fate === 'lost') throw failure('SIGN_IN_DOUBT', { retryIn: settle });
    return { result: accepted ? 'issued' : 'not-accepted' };
  };
}

/** Like `activities/review.ts`: there is a mark before the call. */
function decide(model: ProviderModel, decisionId: string, to: string): Decided {
  const { status } = model.read();
  if (status !== 'VIDEOREVIEW') return { status, effect: model.decisions.has(decisionId) ? 'in-doubt' : 'none' };
  model.decisions.add(decisionId);
  model.move(['VIDEOREVIEW'], to);
  return { ...model.read(), effect: 'ours' };
}

export function idsOf(number: number): ProviderIds {
  return { videoidPk: String(500 + number) as VideoidPk, requestPk: String(100 + number) as RequestPk };
}
