import { IDENTITY_FIELDS, type IdentityFields } from '../../messages/request-fields.js';
import type { ProviderRequest } from '../../uanataca/provider-request.js';
import type { Subject } from '../context.js';
import { type Step, missing } from '../course.js';
import { isAboutRaoField } from '../officer.js';
import { videoStep } from '../video.js';
import { read, waitFor } from '../waiting.js';
import { createStep } from './beginning.js';
import type { SignatureContext } from './context.js';

const REASON = 'Expired document';

/** Other values than any signer has. */
const CHANGED: Required<IdentityFields> = {
  given_name: 'Prueba',
  surname_1: 'Corregida',
  surname_2: 'Sonda',
  serial_number: '00000000T',
  id_document_type: 'PAS',
  id_document_country: 'PT',
  id_document_number: '00000000T',
  birth_date: '02/01/1990',
};

/** A request that is corrected, and then refused. Nobody signs it. */
export const SECOND: readonly Step<SignatureContext>[] = [
  createStep('second-create', 'second', {
    title: 'Create a second request, which will be corrected and then refused',
    leaveOut: onlySigning,
  }),
  videoStep('second-video', 'second'),
  {
    name: 'second-review',
    title: 'Correct the second request, field by field, then refuse it',
    calls: ['PUT /request/{request_pk}', 'GET /request/{request_pk}', 'POST /videoid/{videoid_pk}/refuse'],
    person: ({ settings, people }) =>
      settings.officer === undefined && people.attended ? 'refuse the request in the provider’s console' : undefined,
    leaveOut: ({ run }) => missing(run.id('second.request_pk')),
    async run(at) {
      const { request } = await read(at, 'second');
      if (request?.status === 'VIDEOREVIEW') await correct(at, request);
      await refuse(at, 'second', 'refuse');
      await waitFor(at, 'second', { statuses: ['CANCELLED'], words: 'Waiting for CANCELLED' });
    },
  },
];

/** A request that nobody films. */
export const THIRD: readonly Step<SignatureContext>[] = [
  createStep('third-create', 'third', {
    title: 'Create a third request, which will be cancelled before a video',
    leaveOut: onlySigning,
  }),
  {
    name: 'third',
    title: 'Refuse the third request too early, then cancel it',
    calls: ['POST /videoid/{videoid_pk}/refuse', 'DELETE /request/{request_pk}', 'GET /request/{request_pk}'],
    leaveOut: ({ run }) => missing(run.id('third.request_pk')),
    async run(at) {
      await refuse(at, 'third', 'refuse-early');
      const { status } = await read(at, 'third');
      at.run.note('status-after-refusal', status ?? 'not shown');
      await at.run.call('cancel', () => at.client({ cancelByDelete: true }).cancel(at.requestPk('third')));
      const after = await read(at, 'third', 'read-cancelled');
      at.run.note('status-after-cancel', after.status ?? 'not shown');
    },
  },
];

function onlySigning({ settings }: SignatureContext): string | undefined {
  return settings.others ? undefined : 'as only the signature is tried';
}

/** What an update changes, and what it does to fields that it leaves out. */
async function correct(at: SignatureContext, before: ProviderRequest): Promise<void> {
  const { run, people } = at;
  const pk = at.requestPk('second');
  const { email, phone } = run.secrets.signer;
  const shown = IDENTITY_FIELDS.filter((name) => before.fields[name] !== undefined);
  const required = await run.call('update-required', () =>
    at.client({ updateSendsBack: 'required' }).updateRequest(pk, before, { email, phone }),
  );
  if (required.error === undefined && shown.length > 0) {
    const { request } = await read(at, 'second');
    const kept = shown.filter((name) => request?.fields[name] === before.fields[name]);
    run.note('left-out', kept.length === shown.length ? 'kept' : 'emptied');
  }
  const correctable: string[] = [];
  // The update sends all fields back, so that each starts from what the video gave.
  const client = at.client({ updateSendsBack: 'all', identityCorrectable: [...IDENTITY_FIELDS] });
  for (const name of shown) {
    const fields = { [name]: CHANGED[name] };
    const changed = await run.call(`update-${name}`, () => client.updateRequest(pk, before, { email, phone, fields }));
    // An answer in a foreign form may come after the change.
    if (changed.error?.kind === 'refused') continue;
    const { request } = await read(at, 'second');
    if (request?.fields[name] === CHANGED[name]) correctable.push(name);
  }
  run.note('correctable', correctable);
  run.note('shown', shown);
  people.say(`    ${correctable.length === 0 ? 'No field of the signer' : correctable.join(', ')} can be corrected.`);
}

/** Refuses, with the other name of the officer's field if the first is not understood. */
async function refuse(at: SignatureContext, subject: Subject, occasion: string): Promise<void> {
  const { run, people, settings } = at;
  const { officer } = settings;
  if (officer === undefined) {
    if (subject === 'second') await people.decide({ pk: at.requestPk(subject) }, 'refuse');
    return;
  }
  const call = async (name: string, sides = {}) =>
    run.call(name, () => at.client(sides).refuse(at.videoidPk(subject), officer, REASON));
  const first = await call(occasion);
  if (!isAboutRaoField(first)) return;
  const sides = { refuseRaoField: at.assumed.refuseRaoField === 'rao' ? 'rao_id' : 'rao' } as const;
  const other = await call(`${occasion}-rao-id`, sides);
  if (other.error === undefined || other.error.code === 'REQUEST_STATUS_REFUSED') await at.learn(sides);
}
