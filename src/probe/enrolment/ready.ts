import type { Step } from '../course.js';
import { read } from '../waiting.js';
import type { EnrolmentContext } from './context.js';

/** What the provider does with an approved request. */
export const readyStep: Step<EnrolmentContext> = {
  name: 'ready',
  title: 'Read the approved request, make calls that come too late, and ask whether the links came by e-mail',
  calls: [
    'GET /requests/{request_pk}/',
    'GET /requests/{request_pk}/validate/',
    'PUT /requests/{request_pk}/',
    'POST /requests/{request_pk}/preauthlink/ if the settings allow it',
  ],
  person: ({ people }) => (people.attended ? 'say which e-mails the signer has got from the provider' : undefined),
  async run(at) {
    const { run, people, settings } = at;
    const pk = at.requestPk('main');
    const { request } = await read(at, 'main');
    await run.call('missing-late', () => at.client().missingFields(pk));
    // It changes nothing, even if it is taken.
    if (request !== undefined && !at.isProduction)
      await run.call('update-late', () => at.client().updateRequest(pk, request, {}));
    if (settings.preauthLink) {
      const { value } = await run.call('preauthlink', () => at.client().preauthLink(pk));
      run.values.add(value?.reveal());
    }
    for (const link of ['video', 'certificate'] as const) {
      const came = await people.received({ pk }, link);
      if (came !== undefined) run.note(`mail: ${link}`, came);
    }
  },
};
