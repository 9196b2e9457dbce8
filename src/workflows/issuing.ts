import { unexpected } from './attentions.js';
import { endedAtProvider } from './endings.js';
import { told } from './inbox.js';
import type { RequestRun } from './request-run.js';

/** The signer picks up the certificate behind the link that the provider e-mails. */
export async function issued(run: RequestRun): Promise<void> {
  const { state, steps, inbox } = run;
  run.enter('issuing');
  run.deadline.start(run.request.policy.deadlines.signing);
  for (;;) {
    switch (state.providerStatus) {
      case 'ISSUED':
        steps.leaveAttention();
        state.happened('issued', undefined, { kind: 'signer' });
        return;
      case 'CANCELLED':
        throw endedAtProvider(state);
      case 'ENROLLREADY':
        steps.leaveAttention();
        break;
      case undefined:
      default:
        steps.enterAttention('wait', unexpected(state.providerStatus));
    }
    await run.statusChanged('watch the provider until the certificate is issued', 'issuing-deadline', {
      until: () => inbox.has('preauthLink'),
    });
    await preauthLink(run);
  }
}

/** On demand and only where the settings allow it: whoever holds the link acts as the signer. */
async function preauthLink(run: RequestRun): Promise<void> {
  const asked = run.inbox.take('preauthLink');
  if (!asked) return;
  const { key } = run.request;
  const stored = await run.steps.run(
    'declare',
    (activities) => activities.preauthLink(key, { requestPk: run.requestPk }).then(() => true),
    {
      summary: 'fetch the pre-authorised link',
      asked,
      answers: (failure) => {
        asked.fail(told(failure.code, failure.words));
        return false;
      },
    },
  );
  if (!stored) return;
  run.state.happened('preauth-link', { reason: asked.question.reason }, asked.question.actor);
  asked.answer({ stored: true });
}
