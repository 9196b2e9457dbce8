import { unexpected } from './attention-words.js';
import { callFailureOf } from './engine/call-failure.js';
import { endedAtProvider } from './engine/endings.js';
import type { RequestRun } from './engine/request-run.js';

/** The signer picks up the certificate behind the link that the provider e-mails. */
export async function issued(run: RequestRun): Promise<void> {
  const { state, attention, inbox } = run;
  run.enter('issuing');
  run.deadline.start(run.request.policy.deadlines.signing);
  for (;;) {
    switch (state.providerStatus) {
      case 'ISSUED':
        attention.clear();
        state.happened('issued', undefined, { kind: 'signer' });
        return;
      case 'CANCELLED':
        throw endedAtProvider(state);
      case 'ENROLLREADY':
        attention.clear();
        break;
      case undefined:
      default:
        attention.set('wait', unexpected(state.providerStatus));
    }
    await run.statusChanged('watch the provider until the certificate is issued', 'issuing-deadline', {
      until: () => inbox.has('preauth-link'),
    });
    await preauthLink(run);
  }
}

/** Fetched only if ordered and allowed by the settings: anybody who has the link can act as the signer. */
async function preauthLink(run: RequestRun): Promise<void> {
  const call = run.inbox.take('preauth-link');
  if (!call) return;
  const { key } = run.request;
  const { requestPk } = run;
  const link = await run.steps.run(
    'declare',
    (activities, journal) => activities.preauthLink(key, { requestPk }, journal),
    {
      summary: 'fetch the pre-authorised link',
      caller: call,
      failsOn: () => true,
    },
  );
  if (link.end === 'failed') return call.fail(callFailureOf(link.failure));
  run.state.happened('preauth-link', { reason: call.order.reason }, call.order.actor);
  call.answer({ stored: true });
}
