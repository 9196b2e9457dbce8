import { type Command, Option } from 'commander';
import type { PlainReviewDecision } from '../client.js';
import { defined } from '../messages/defined.js';
import { IDENTITY_ACCEPTED, type IdentityAccepted } from '../messages/identity.js';
import { define, done, referenceOf, type SteeringFlags, withSteering } from './command.js';
import { readSecretLine } from './secret-input.js';
import { withClient } from './session.js';

interface DecisionFlags extends SteeringFlags {
  officer: string;
  seen: string;
  askPassword?: boolean;
  askPin?: boolean;
}

/** `videoid approve`, `refuse`, `cancel`: what people decide. */
export function decideCommands(program: Command): void {
  withDecision(
    define<DecisionFlags & { identity?: IdentityAccepted }>(
      program,
      'approve <reference>',
      "approve the video identification, with the officer's own credentials",
      async ({ screen, operands, flags }) => {
        const { identity } = flags;
        const decision: PlainReviewDecision = {
          decision: 'approve',
          ...(await deciderOf(flags)),
          ...defined({ identity }),
        };
        return await withClient(screen, async (client) => {
          const reference = referenceOf({ operands });
          const answer = await screen.during('Approving', client.review(reference, decision, flags));
          screen.answer({ reference, ...answer }, [`Approved; the provider says ${answer.status}.`]);
          screen.say('', `Next: videoid show ${reference}`);
          return done;
        });
      },
    ),
  ).addOption(
    new Option(
      '--identity <word>',
      'the document number is not the expected one, or not shown, and the officer knows (see `videoid identity`)',
    ).choices(IDENTITY_ACCEPTED),
  );
  withDecision(
    define<DecisionFlags & { reason: string; note?: string; text?: string }>(
      program,
      'refuse <reference>',
      'refuse the video identification; the request ends',
      async ({ screen, operands, flags }) => {
        const decision: PlainReviewDecision = {
          decision: 'refuse',
          ...(await deciderOf(flags)),
          reason: flags.reason,
          ...defined({ note: flags.note, textForSigner: flags.text }),
        };
        return await withClient(screen, async (client) => {
          const reference = referenceOf({ operands });
          const answer = await screen.during('Refusing', client.review(reference, decision, flags));
          screen.answer({ reference, ...answer }, [`Refused; the provider says ${answer.status}.`]);
          screen.say('', `Next: videoid outcome ${reference}`);
          return done;
        });
      },
    ),
  )
    .requiredOption('--reason <word>', 'a stable word of your company, such as document-expired; the provider gets it')
    .option('--note <text>', 'for the evidence')
    .option('--text <text>', 'what the signer may be told');
  cancelCommand(program);
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
  withSteering(
    define<SteeringFlags & { reason: string; by?: string }>(
      program,
      'cancel <reference>',
      'end a request, also at the provider; takes effect between steps, and never while it is being signed. ' +
        "Temporal's terminate runs none of this: do not use it",
      async ({ screen, operands, flags }) =>
        await withClient(screen, async (client) => {
          const reference = referenceOf({ operands });
          const actor = { kind: 'operator', ...defined({ id: flags.by }) } as const;
          await screen.during('Cancelling', client.cancel(reference, { actor, reason: flags.reason }, flags));
          screen.answer({ reference, cancelled: true }, ['Carried out.']);
          screen.say('', `Next: videoid outcome ${reference}`);
          return done;
        }),
    ),
  )
    .requiredOption('--reason <text>', 'why')
    .option('--by <id>', 'who cancels: an operator id, no name of a person');
}
