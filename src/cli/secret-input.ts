import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { VideoIdError } from '../messages/failures.js';

/** The lines of standard input. Each secret of a command takes the next one. */
let piped: Promise<string[]> | undefined;

/**
 * Reads one line that nobody should see: from the terminal without echo, or the next line of standard input.
 *
 * @throws VideoIdError BAD_INPUT when nothing comes
 */
export async function readSecretLine(question: string): Promise<string> {
  const line = process.stdin.isTTY ? await typedLine(question) : await pipedLine();
  const secret = line?.replace(/\r$/, '') ?? ''; // a line may end with CR LF; spaces may be part of a secret
  if (secret !== '') return secret;
  throw new VideoIdError('BAD_INPUT', `Nothing was given for: ${question}.`, {
    remedy: 'Type it at the prompt, or pipe it in as one line.',
  });
}

async function pipedLine(): Promise<string | undefined> {
  piped ??= text(process.stdin).then((all) => all.split('\n'));
  return (await piped).shift();
}

async function typedLine(question: string): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(`${question}: `);
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
