import { placeholder } from '../../sandbox/like/placeholder.js';
import { type FoundSetting, type ProbeFile, readProbeFile } from '../../sandbox/like/probe-file.js';
import { type Assumptions, assumptionsSchema } from '../../src/uanataca/one-shot/assumptions.js';

/**
 * `npm test -- --like FILE`: the file of a probe. The sandbox is like the provider that it has seen, and the installation assumes what
 * the file says about it.
 */
const FILE = process.env['SANDBOX_LIKE'];

/** The settings that follow from a probe. Words that only their hash is known of are those that the sandbox says. */
export function assumptionsLike({
  assumed,
  findings,
}: Pick<ProbeFile, 'assumed' | 'findings'>): Record<string, unknown> {
  const contradicted = findings.flatMap(({ assumption, verdict, setting }) =>
    verdict === 'contradicted' && setting !== undefined ? [[assumption, setting] as const] : [],
  );
  const settings = { ...assumed, ...Object.fromEntries(contradicted) };
  // Some assumptions have no setting.
  const names = Object.keys(settings).filter((name) => Object.hasOwn(assumptionsSchema.shape, name));
  return Object.fromEntries(names.map((name) => [name, settingOf(settings[name] ?? '')]));
}

function settingOf(found: FoundSetting): unknown {
  if (!Array.isArray(found)) return found;
  return found.map((words) => (typeof words === 'string' ? words : placeholder(words.hash, words.length)));
}

/** The assumptions of an installation's settings that are not the defaults. */
export const LIKE_ASSUMPTIONS: Record<string, unknown> = FILE === undefined ? {} : assumptionsLike(readProbeFile(FILE));

const ASSUMED: Assumptions = assumptionsSchema.parse(LIKE_ASSUMPTIONS);

/** Whether the assumption has one of these sides. If not, standard error says what is left out. */
export function holds<Name extends keyof Assumptions>(name: Name, ...sides: Assumptions[Name][]): boolean {
  const side = ASSUMED[name];
  if (sides.includes(side)) return true;
  process.stderr.write(`Left out: what needs ${name} to be ${sides.join(' or ')}, not ${String(side)}.\n`);
  return false;
}

/** `test` where the assumption has one of these sides. Elsewhere it is skipped. */
export function testIf<Name extends keyof Assumptions>(name: Name, ...sides: Assumptions[Name][]): typeof test {
  return holds(name, ...sides) ? test : test.skip;
}
