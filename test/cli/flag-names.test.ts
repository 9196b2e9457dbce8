import type { Command } from 'commander';
import { inFlags } from '../../src/cli/flag-names.js';
import { createProgram } from '../../src/cli/program.js';
import { type FailureCode, VideoIdError } from '../../src/messages/failures.js';

function commandOf(name: string): Command {
  const found = createProgram(false).commands.find((each) => each.name() === name);
  if (found === undefined) throw new Error(`There is no command ${name}.`);
  return found;
}

const failure = (field: string, code: FailureCode = 'BAD_INPUT') =>
  new VideoIdError(code, `${field}: must be another.`, { field, remedy: 'Give another.', facts: { attempt: 2 } });

test.each([
  ['list', 'createdFrom', '--from'],
  ['list', 'createdTo', '--to'],
  ['list', 'providerId', '--provider-id'],
  ['list', 'registrationAuthority', '--registration-authority'],
  ['list', 'metadata.customer', '--metadata customer'],
  ['sign', 'signer.phone', '--phone'],
  ['sign', 'signer.expected.documentNumber', '--document-number'],
  ['sign', 'reference', '--reference'],
  ['enrol', 'fields.title', '--field title'],
  ['enrol', 'validityTime', '--validity'],
  ['approve', 'evidenceSeen', '--seen'],
  ['approve', 'credentials.pin', '--ask-pin'],
  ['refuse', 'textForSigner', '--text'],
  ['cancel', 'actor.id', '--by'],
  ['extend', 'actor.id', '--operator'],
  ['extend', 'by', '--by'],
  ['identity', 'actor.id', '--officer'],
  ['resolve', 'ids.requestPk', '--adopt requestPk'],
  ['delete', 'giveUpCleanup', '--give-up-cleanup'],
  ['otp', 'Idempotency-Key', '--update-id'],
])('an error of `videoid %s` about %s names %s', (name, field, flag) => {
  expect(inFlags(commandOf(name), failure(field))).toMatchObject({
    code: 'BAD_INPUT',
    message: `${flag}: must be another.`,
    field: flag,
    remedy: 'Give another.',
    facts: { attempt: 2 },
  });
});

test.each([
  ['sign', failure('documents[2].name')],
  ['show', failure('reference')],
  ['show', new TypeError('createdFrom')],
  ['setup', failure('keys', 'BAD_SETTING')],
])('`videoid %s` leaves what has no flag as it is', (name, error) => {
  expect(inFlags(commandOf(name), error)).toBe(error);
});
