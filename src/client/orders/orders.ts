import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import { officerSettings } from '../../config/authorities.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { IdentityView } from '../../messages/identity.js';
import type { Told } from '../../messages/journal.js';
import type * as steering from '../../messages/steering.js';
import { type Answers, flowsOf, type OrderName, type Orders } from '../../messages/verbs.js';
import { keepLink, readPreauthLink } from '../files/files.js';
import { checkedInput, reasoned, takingStreams } from '../input/input.js';
import type { CallOptions, Noted, Order, RequestAccess } from '../running/access.js';
import { correctionWay } from './correction.js';
import { type LookOptions, lookAtIdentity } from './identity-look.js';
import * as plain from './order-schemas.js';
import { takingProvision } from './provision.js';
import { resetRequest, type Reset } from './reset.js';
import { resolveAll, type ResolveAllOrder, type ResolvedAll } from './resolve-all.js';

export type { LookOptions } from './identity-look.js';
export type * from './order-schemas.js';
export type { Reset } from './reset.js';
export type { ResolveAllOrder, ResolvedAll } from './resolve-all.js';

/** Additional work for an order, if it is not only checked and sent. */
export interface Way<Name extends OrderName> extends Pick<Order<Answers[Name]>, 'check' | 'brings'> {
  /** Makes the order for the request, if it differs from the caller's. */
  argument?: (number: number) => Promise<Orders[Name]> | Orders[Name];
  /** The work after the request's answer. */
  afterwards?: (call: CallOptions) => Promise<void>;
}

/**
 * The orders to a running request. Each order is carried out once for its key (`updateId`). In addition to its own errors, every
 * order throws BAD_INPUT, NOT_NOW, REQUEST_ENDED, STILL_RUNNING, WORKER_AWAY, and the failure of the step that it causes. The answer has
 * the number of its event in the journal (`event`), or `behind` if that is not written yet.
 */
export function orderVerbs(access: RequestAccess) {
  const { archive, config, keys } = access;

  async function sent<Name extends OrderName>(
    name: Name,
    record: RequestRecord,
    given: object,
    options: CallOptions,
    { argument = () => given as Orders[Name], afterwards, ...way }: Way<Name>,
  ): Promise<Noted<Answers[Name]>> {
    const answered = await access.once<Answers[Name] & { told?: Told }>(record, {
      verb: name,
      given,
      options,
      ...way,
      carryOut: async (call, number) => {
        const answer = await access.ask(record, name, await argument(number), call);
        await afterwards?.(call);
        return answer;
      },
    });
    // A repeated order gets the same answer, with the number that is known by now.
    return await access.noted<Answers[Name]>(record, answered);
  }

  /** A verb that checks an order against its schema, finds the request, and has the order carried out once. */
  function verb<Name extends OrderName>(
    name: Name,
    way: (given: plain.CheckedOrders[Name], record: RequestRecord) => Way<Name> = () => ({}),
  ) {
    return async (
      reference: string,
      order: plain.PlainOrders[Name],
      options: CallOptions = {},
    ): Promise<Noted<Answers[Name]>> => {
      const given = checkedInput(plain.ORDER_SCHEMAS[name], order);
      const record = await access.record(reference, { ...options, ...onlyFlow(name) });
      return await sent(name, record, given, options, way(given, record));
    };
  }

  const sealed = async (text: string | undefined) => (text === undefined ? undefined : await keys.seal(text));

  const decided = verb('resolve', ({ link, ...given }, record) => ({
    check: () => assertBothIds(record, given),
    argument: () => given,
    afterwards: async (call) => {
      if (link !== undefined && given.ids !== undefined) await keepLink(archive, record, given.ids, link, call);
    },
  }));
  /** The stage in the answer is that of the moment, so it says nothing. */
  const resolve = async (...order: Parameters<typeof decided>): Promise<Noted<object>> => {
    const { stage: _stage, ...noted } = await decided(...order);
    return noted;
  };

  return {
    /**
     * The RAO's decision, carried out with the deciding officer's own credentials. The first decision counts.
     *
     * @throws VideoIdError UNKNOWN_OFFICER, SIGNER_UNEXPECTED (approve with `identity`, or refuse)
     */
    review: verb('review', ({ credentials, ...given }, record) => ({
      check: () => void officerSettings(config, record.registrationAuthority, given.officer),
      argument: async () => {
        if (credentials === undefined) return given;
        const { password, pin } = credentials;
        return { ...given, credentials: defined({ password: await sealed(password), pin: await sealed(pin) }) };
      },
    })),

    /**
     * Records that the signer has accepted what was shown. The hashes must be those of the status. Afterwards the signer can sign
     * without a code. It may be repeated: the same acceptance gets the same answer.
     *
     * @throws VideoIdError NOT_ACCEPTED, ACCEPTANCE_NOT_IN_TIME
     */
    accept: verb('accept', (given) => ({ argument: () => acceptedNow(archive, given) })),

    /**
     * Asks for the code. This is also the signer's acceptance of what was shown. The hashes must be those of the status.
     *
     * @throws VideoIdError NOT_ACCEPTED, ACCEPTANCE_NOT_IN_TIME, CODE_COOL_DOWN, ARCHIVE_FULL
     */
    requestCode: verb('code', (given) => ({
      check: () => archive.assertReserve(),
      argument: () => acceptedNow(archive, given),
    })),

    /**
     * Signs with the code that the signer typed. Or in another way (`unlock`), which needs an acceptance but no sent code. The
     * value is sealed here, and only the signing step opens it.
     *
     * @throws VideoIdError CODE_NOT_ACCEPTED, CODE_SPENT, NOT_ACCEPTED, ARCHIVE_FULL
     */
    sign: verb('sign', ({ secret, unlock }) => ({
      argument: async () => ({
        ...defined({ secret: await sealed(secret) }),
        ...(unlock && { unlock: { type: unlock.type, value: await keys.seal(unlock.value) } }),
      }),
    })),

    /**
     * Ends a request. It takes effect between steps. Returns how it ended: `signed` if the signature took effect, `refused` if
     * somebody refused first.
     *
     * @throws VideoIdError VIDEO_FINISHED, VIDEO_PERHAPS_FINISHED (then only with `discardVideo`)
     */
    cancel: verb('cancel'),

    /**
     * An operator's decision about attention. It returns before the decision is carried out. Only `new-video` returns later, when
     * the new link exists.
     *
     * @throws VideoIdError UNKNOWN_REMEDY
     */
    resolve,

    /**
     * One decision for all requests in attention with the same failure. Without `carryOut` it only lists them.
     *
     * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE
     */
    async resolveAll(given: ResolveAllOrder, options: Pick<CallOptions, 'updateId'> = {}): Promise<ResolvedAll> {
      return await resolveAll(access, given, { ...options, resolve });
    },

    /**
     * Another video request in the same request: the signer gets a new link. The provider may bill it. Not after the video.
     *
     * @throws VideoIdError VIDEO_FINISHED, VIDEO_PERHAPS_FINISHED (then only with `discardVideo`)
     */
    newVideo: verb('new-video'),

    /**
     * Corrects the signer's data. Before the video: e-mail address or phone. If the create was refused, it is tried again with the
     * new data, and the correction stays even if that try is refused. After the video, until the decision: `fields` that the
     * video shows wrongly, if the provider allows it. A wrong address or phone cannot be corrected after the video: abandon the
     * request and start a new attempt.
     *
     * @throws VideoIdError BAD_EMAIL, BAD_PHONE, FIELD_FROM_VIDEO (the provider does not accept it)
     */
    correct: verb('correct', (given, record) => correctionWay(access, record, given)),

    /** Gives the running deadline more time. Returns the new deadline, ISO 8601. */
    extend: verb('extend'),

    /**
     * The signer cannot go on: the request ends, and a new attempt may be started. Returns how it ended: `signed` if the provider
     * had already signed.
     */
    abandon: verb('abandon'),

    /**
     * Provides missing data and evidence documents of an enrolment after the video. `missing` of the status lists them. Returns
     * what is still missing.
     *
     * @throws VideoIdError FIELD_FROM_VIDEO, and every code of a document
     */
    async provide(
      reference: string,
      provision: plain.Provision,
      options: CallOptions = {},
    ): Promise<Noted<{ missing: string[] }>> {
      return await takingStreams(provision.documents, async () => {
        const given = checkedInput(plain.ORDER_SCHEMAS.provide, provision);
        const record = await access.record(reference, { ...options, flow: 'enrolment' });
        return await takingProvision(access, record, given, async (taken, way) =>
          sent('provide', record, taken, options, way),
        );
      });
    },

    /**
     * Gets the pre-authorised link of an enrolment whose certificate is not picked up yet. Anybody who has the link can act as the
     * signer. It is sealed into the archive. `url` is present only with the private seal key. Each reading is
     * recorded.
     *
     * @throws VideoIdError NOT_NOW, also if the settings do not allow it
     */
    async preauthLink(
      reference: string,
      order: steering.PreauthLinkOrder,
      { channel, ...options }: CallOptions & { channel?: string | undefined } = {},
    ): Promise<Noted<{ stored: true; url?: string }>> {
      const given = checkedInput(plain.ORDER_SCHEMAS['preauth-link'], order);
      const record = await access.record(reference, { ...options, flow: 'enrolment' });
      const stored = await sent('preauth-link', record, given, options, {});
      if (!keys.opens) return stored;
      return { ...stored, url: await readPreauthLink(access, record, { actor: given.actor, channel }) };
    },

    /**
     * The signer's data at the provider, as the certificate will contain it, beside the expected data. It is read now, shown only
     * to the caller, and stored nowhere. The archive records that it was shown.
     *
     * @throws VideoIdError the read's failure
     */
    async identity(reference: string, options: LookOptions = {}): Promise<IdentityView> {
      return await lookAtIdentity(access, await access.record(reference, options), options);
    },

    /**
     * Resets a request that no worker can replay to the moment before the broken task. It goes on from there. Later orders are
     * repeated. At the provider nothing is done twice, except that a code may be sent again.
     *
     * @throws VideoIdError NOT_NOW if a worker can go on with it
     */
    async reset(reference: string, order: steering.ReasonedOrder, options: CallOptions = {}): Promise<Reset> {
      const given = checkedInput(reasoned, order);
      const record = await access.record(reference, options);
      const carryOut = (): Promise<Reset> => resetRequest(access, record, given);
      return await access.once(record, { verb: 'reset', given, options, carryOut });
    },
  };
}

function onlyFlow(name: OrderName): Pick<CallOptions, 'flow'> {
  const [flow, other] = flowsOf(name);
  return other === undefined ? defined({ flow }) : {};
}

/** Now by Temporal's clock. The request compares the time with that, and refuses an acceptance in the future. */
function acceptedNow(archive: Archive, given: plain.PlainAcceptance): steering.Acceptance {
  return { at: archive.time(), ...given };
}

function assertBothIds({ flow }: RequestRecord, { ids }: steering.Resolution): void {
  if (flow !== 'signature' || ids === undefined || ids.videoidPk !== undefined) return;
  throw new VideoIdError('BAD_INPUT', 'ids.videoidPk: must be given for a signature request.', {
    field: 'ids.videoidPk',
    remedy: "Take both ids from the provider's console.",
  });
}
