import { type Command, Option } from 'commander';
import type { PlainReviewDecision } from '../client.js';
import { defined } from '../messages/defined.js';
import { IDENTITY_ACCEPTED, type IdentityAccepted } from '../messages/identity.js';
import {
  defineRequest,
  type DiscardFlag,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withDiscard,
  withOperator,
  withSteering,
} from './command.js';
import { leftBy } from './left-lines.js';
import { readSecretLine } from './secret-input.js';

interface DecisionFlags extends SteeringFlags {
  officer: string;
  seen: string;
  askPassword?: boolean;
  askPin?: boolean;
}

/** Commands for decisions. */
export const DECIDE_COMMANDS = { approve: approveCommand, refuse: refuseCommand, cancel: cancelCommand };

function approveCommand(program: Command): void {
  withDecision(
    defineRequest<DecisionFlags & { identity?: IdentityAccepted }>(
      program,
      'approve <reference>',
      "approve the video identification, with the officer's own credentials",
      async ({ client, screen, reference, flags }) => {
        const { identity } = flags;
        const decision: PlainReviewDecision = {
          decision: 'approve',
          ...(await deciderOf(flags)),
          ...defined({ identity }),
        };
        const answer = await screen.during('Approving', client.review(reference, decision, flags));
        screen.answer({ reference, ...answer }, [`Approved. The provider says ${answer.status}.`]);
        screen.next(`videoid show ${reference}`);
      },
    ),
  ).addOption(
    new Option(
      '--identity <word>',
      'needed if the document number is another, or not shown: the officer accepts it (see `videoid identity`)',
    ).choices(IDENTITY_ACCEPTED),
  );
}

function refuseCommand(program: Command): void {
  withDecision(
    defineRequest<DecisionFlags & { reason: string; note?: string; text?: string }>(
      program,
      'refuse <reference>',
      'refuse the video identification; the request ends',
      async ({ client, screen, reference, flags }) => {
        const { reason, note, text: textForSigner } = flags;
        const decision: PlainReviewDecision = {
          decision: 'refuse',
          ...(await deciderOf(flags)),
          reason,
          ...defined({ note, textForSigner }),
        };
        const answer = await screen.during('Refusing', client.review(reference, decision, flags));
        screen.answer({ reference, ...answer }, [`Refused. The provider says ${answer.status}.`]);
        screen.next(`videoid outcome ${reference}`);
      },
    ),
  )
    .requiredOption('--reason <word>', 'a stable word of your company for the provider, such as document-expired')
    .option('--note <text>', 'for the evidence')
    .option('--text <text>', 'a text for the signer');
}

function withDecision(command: Command): Command {
  return withSteering(command)
    .requiredOption('--officer <id>', 'who decides: an officer of the settings')
    .requiredOption('--seen <words>', 'where the officer saw the video evidence')
    .option('--ask-password', "ask for the officer's password, where the settings lack it")
    .option('--ask-pin', "ask for the officer's PIN, where the settings lack it");
}

async function deciderOf(
  flags: DecisionFlags,
): Promise<Pick<PlainReviewDecision, 'officer' | 'evidenceSeen' | 'credentials'>> {
  const { officer, seen: evidenceSeen, askPassword, askPin } = flags;
  if (!askPassword && !askPin) return { officer, evidenceSeen };
  const credentials = {
    ...(askPassword ? { password: await readSecretLine("The officer's password") } : {}),
    ...(askPin ? { pin: await readSecretLine("The officer's PIN") } : {}),
  };
  return { officer, evidenceSeen, credentials };
}

function cancelCommand(program: Command): void {
  withDiscard(
    withOperator(
      withSteering(
        defineRequest<SteeringFlags & OperatorFlags & DiscardFlag & { reason: string }>(
          program,
          'cancel <reference>',
          'end a request, also at the provider. Work that has begun is finished first. Nothing ends it while it is being ' +
            'signed. Do not use Terminate in the Temporal UI: it does none of this',
          async ({ client, screen, reference, flags }) => {
            const { reason, discardVideo } = flags;
            const order = { actor: operator(flags), reason, ...defined({ discardVideo }) };
            const { outcome, ...noted } = await screen.during('Cancelling', client.cancel(reference, order, flags));
            const words = outcome === 'cancelled' ? 'Cancelled.' : `Not cancelled: it had ended ${outcome} before.`;
            const left = await leftBy(client, reference, flags);
            screen.answer({ reference, outcome, cancelled: outcome === 'cancelled', ...noted, ...left.facts }, [
              words,
              ...left.lines,
            ]);
            screen.next(`videoid outcome ${reference}`);
          },
        ),
      ).requiredOption('--reason <text>', 'why'),
      'who cancels',
    ),
  );
}
