import type { Command } from 'commander';
import { define } from './command.js';
import { carryOutStart, documentsFrom, type StartFlags, withStart } from './start.js';

/** `videoid sign`: starts a signature request. */
export function signCommand(program: Command): void {
  withStart(
    define<StartFlags>(
      program,
      'sign [files...]',
      'start a signature request for 1 to 10 PDFs',
      async ({ screen, operands, flags }) =>
        await carryOutStart(screen, flags, {
          flow: 'signature',
          start: (client, common) => client.start({ ...common, documents: documentsFrom(operands) }),
        }),
    ),
  );
}
