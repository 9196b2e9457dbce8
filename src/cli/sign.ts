import type { Command } from 'commander';
import type { StartInput } from '../client.js';
import { define } from './command.js';
import { carryOutStart, documentsFrom, type StartFlags, withStart } from './start.js';

/** `videoid sign`: starts a signature request. */
export function signCommand(program: Command): void {
  withStart(
    define<StartFlags & { documentNumber?: string; name?: string }>(
      program,
      'sign [files...]',
      'start a signature request for 1 to 10 PDFs',
      async ({ screen, operands, flags }) =>
        await carryOutStart(screen, flags, {
          flow: 'signature',
          start: (client, { signer, ...common }) =>
            client.start({
              ...common,
              signer: signer && { ...signer, ...expectedOf(flags) },
              documents: documentsFrom(operands),
            }),
        }),
    ),
  )
    .option(
      '--document-number <number>',
      "number of the signer's identity document; for any other number an officer must decide",
    )
    .option('--name <name>', "the signer's name, shown to the officer beside the one that the provider has");
}

/** Without a number the name is refused, with the field. */
function expectedOf({
  documentNumber,
  name,
}: {
  documentNumber?: string;
  name?: string;
}): Pick<StartInput['signer'] & object, 'expected'> {
  if (documentNumber === undefined && name === undefined) return {};
  return { expected: { documentNumber: documentNumber ?? '', name } };
}
