import { EXIT } from '../../src/cli/exit-codes.js';
import type { Why } from '../../src/client.js';
import { answerOf, videoidUntilAnswered } from '../cli/run.js';
import type { Installation } from './installation.js';
import { eventually } from './patience.js';

/** The words in capitals in a printed command. The person must replace them. */
const PLACEHOLDER = /\b(ADDRESS|DIRECTORY|FILES?|ID|NAME|NUMBER|REQUEST_PK|TYPE|VALUE|VERSION|VIDEOID_PK|WORD)\b/;

/**
 * Types a command as it was printed, with the placeholders replaced, and expects success.
 *
 * @param input what is typed if the command asks for something
 */
export async function typeCommand(
  at: Installation,
  command: string,
  { filled = {}, input = '' }: { filled?: Record<string, string> | undefined; input?: string | undefined } = {},
): Promise<void> {
  const typed = Object.entries(filled).reduce((text, [name, value]) => text.replace(name, value), command);
  expect(typed).not.toMatch(PLACEHOLDER);
  const words = (typed.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
  const program = words.indexOf('videoid');
  const variables = Object.fromEntries(words.slice(0, program).map((word) => word.split('=')));
  const environment = { ...settingsOf(at).environment, ...variables } as Record<string, string>;
  const ran = await eventually(async () => {
    const answer = await videoidUntilAnswered(words.slice(program + 1), { environment, input });
    return answer.code !== EXIT.unreachable && answer; // Temporal is there, but the machine may be too busy for it
  });
  expect({ typed, ...ran }).toEqual({ typed, ...ran, code: 0 });
}

/** The JSON answer of a command with `--json`, or its refusal. */
export async function answered(at: Installation, args: string[]): Promise<unknown> {
  return answerOf(await videoidUntilAnswered([...args, '--json'], settingsOf(at)));
}

/** The JSON answer of a command with `--json`. It must end with exit code 0 and print nothing else. */
export async function carriedOut(at: Installation, args: string[], input = ''): Promise<Record<string, unknown>> {
  const ran = await videoidUntilAnswered([...args, '--json'], { ...settingsOf(at), input });
  expect({ code: ran.code, output: ran.code === 0 ? '' : ran.output, said: ran.said }).toEqual({
    code: 0,
    output: '',
    said: '',
  });
  return answerOf(ran) as Record<string, unknown>;
}

/** `videoid why REFERENCE --json`. */
export async function whyByCommand(at: Installation, reference: string): Promise<Why> {
  return (await answered(at, ['why', reference])) as Why;
}

function settingsOf(at: Installation): { environment: Record<string, string> } {
  return { environment: { VIDEOID_CONFIG: at.state.configFile } };
}
