import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EnrolmentInput } from '../client.js';
import { SECURE_ELEMENT_WORDS, VALIDITY_DAYS } from '../messages/profiles.js';
import {
  define,
  defineRequest,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withOperator,
  withSteering,
} from './command.js';
import { pairOf, type Pairs } from './pair-flag.js';
import { carryOutStart, documentsFrom, type StartFlags, withStart } from './start.js';

/** Flags for the data that the video does not give. */
interface ContentFlags {
  field: Pairs;
  document: string[];
}

interface EnrolFlags extends StartFlags, ContentFlags, Pick<EnrolmentInput, 'secureElement' | 'validityTime'> {
  validity?: Exclude<EnrolmentInput['validityTime'], undefined>;
  untilIssued?: boolean;
}

/** Commands to start an enrolment, and to give it missing data. */
export const ENROL_COMMANDS = { enrol: enrolCommand, provide: provideCommand };

function enrolCommand(program: Command): void {
  const elements = Object.entries(SECURE_ELEMENT_WORDS).map(([value, words]) => `${value} ${words}`);
  withContent(
    withStart(
      define<EnrolFlags>(
        program,
        'enrol',
        'start an enrolment: a person gets a certificate after a video identification',
        async ({ screen, flags }) => {
          const { secureElement, validity: validityTime, untilIssued, field, document } = flags;
          const fields = Object.keys(field).length === 0 && flags.newAttempt ? undefined : field;
          const own = { secureElement, validityTime, untilIssued, fields, documents: documentsFrom(document) };
          return await carryOutStart(screen, flags, {
            flow: 'enrolment',
            start: (client, common) => client.startEnrolment({ ...common, ...own }),
          });
        },
      ),
    )
      .addOption(
        new Option(
          '--secure-element <number>',
          `where the keys are stored: ${elements.join(', ')}; needed if the profile allows several`,
        ).choices(Object.keys(SECURE_ELEMENT_WORDS)),
      )
      .option('--validity <days>', `days the certificate is valid: ${VALIDITY_DAYS.join(', ')}`, daysOf)
      .option('--until-issued', 'end only when the signer has picked up the certificate'),
  );
}

function provideCommand(program: Command): void {
  withOperator(
    withContent(
      withSteering(
        defineRequest<SteeringFlags & OperatorFlags & ContentFlags>(
          program,
          'provide <reference>',
          'give an enrolment the data that is missing after the video; `show` lists it',
          async ({ client, screen, reference, flags: { field, document, by, ...options } }) => {
            const provision = { actor: operator({ by }), fields: field, documents: documentsFrom(document) };
            const answer = await screen.during('Sending it on', client.provide(reference, provision, options));
            const { missing } = answer;
            screen.answer({ reference, ...answer }, [
              missing.length === 0
                ? 'Accepted. Nothing is missing any more.'
                : `Accepted. Still missing: ${missing.join(', ')}`,
            ]);
            screen.next(`videoid show ${reference}`);
          },
        ),
      ),
    ),
    'who provides it',
  );
}

function withContent(command: Command): Command {
  return command
    .option('--field <name=value>', 'a field that the video does not give; repeatable (videoid profiles)', pairOf, {})
    .option(
      '--document <file>',
      'evidence document, PDF; repeat it for each document',
      (path, before: string[]) => [...before, path],
      [],
    );
}

function daysOf(text: string): (typeof VALIDITY_DAYS)[number] {
  const days = VALIDITY_DAYS.find((each) => String(each) === text);
  if (days !== undefined) return days;
  throw new InvalidArgumentError(`Give one of ${VALIDITY_DAYS.join(', ')}.`);
}
