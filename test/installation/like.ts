import { behaviourLike } from '../../sandbox/like/behaviour.js';
import { placeholder } from '../../sandbox/like/placeholder.js';
import { type FoundSetting, type ProbeFile, readProbeFile } from '../../sandbox/like/probe-file.js';
import { type Assumptions, assumptionsSchema } from '../../src/uanataca/one-shot/assumptions.js';

/**
 * `npm test -- --like FILE`: the file of a probe. The sandbox is like the provider that it has seen, and the installation assumes what
 * the file says about it.
 */
const FILE = process.env['SANDBOX_LIKE'];

type Found = Pick<ProbeFile, 'assumed' | 'findings'>;

/** The settings that follow from a probe. Words that only their hash is known of are those that the sandbox says. */
export function assumptionsLike({ assumed, findings }: Found): Record<string, unknown> {
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

/** Assumptions that do not hold, and of which no setting is right: the product cannot cope with that provider. */
export function unsupportedIn({ findings }: Found): ReadonlySet<string> {
  const open = findings.filter(({ verdict, setting }) => verdict === 'contradicted' && setting === undefined);
  return new Set(open.map(({ assumption }) => assumption));
}

const FOUND = FILE === undefined ? undefined : readProbeFile(FILE);
const UNSUPPORTED = FOUND === undefined ? new Set<string>() : unsupportedIn(FOUND);

/** The assumptions of an installation's settings that are not the defaults. */
export const LIKE_ASSUMPTIONS = FOUND === undefined ? {} : assumptionsLike(FOUND);
const ASSUMED: Assumptions = assumptionsSchema.parse(LIKE_ASSUMPTIONS);

/** With these ways of a provider, no request could end as the tests expect without a person or another policy. */
const NEVER_DONE = [
  { name: 'deletionByType', way: 'nowhere', instead: 'query' },
  { name: 'statusShown', way: 'as-created', instead: 'live' },
  { name: 'contractSigners', way: 'rao', instead: 'signer' },
  { name: 'signedFile', way: 'rewritten', instead: 'appended' },
  { name: 'earlierSignatures', way: 'stripped', instead: 'kept' },
] as const;

/** In the sandbox's settings: where it must not be like the file. */
export function behaviourUnlike(file: ProbeFile): Record<string, string> {
  const ways = behaviourLike(file);
  const unlike = NEVER_DONE.filter(({ name, way }) => ways[name] === way);
  return Object.fromEntries(unlike.map(({ name, instead }) => [name, instead]));
}

export const LIKE_BEHAVIOUR = FOUND === undefined ? {} : behaviourUnlike(FOUND);
for (const [name, instead] of Object.entries(LIKE_BEHAVIOUR)) {
  process.stderr.write(`Not like the file: the sandbox's ${name} is ${instead}. Otherwise no test could end.\n`);
}

/** Sides of assumptions. An empty list means any side that a setting can name. */
type Needs = { [Name in keyof Assumptions]?: readonly Assumptions[Name][] };

/** Whether the provider has what is needed. If not, standard error says what is left out. */
export function holds(needs: Needs): boolean {
  return Object.entries(needs).every(([name, sides]: [string, readonly unknown[]]) => {
    const side: unknown = Reflect.get(ASSUMED, name);
    if (!UNSUPPORTED.has(name) && (sides.length === 0 || sides.includes(side))) return true;
    const otherwise = UNSUPPORTED.has(name) ? 'no setting is right' : `it is ${String(side)}`;
    process.stderr.write(
      `Skipped: tests that need ${name}${sides.length === 0 ? '' : ` to be ${sides.join(' or ')}`}; ${otherwise}.\n`,
    );
    return false;
  });
}

/** `test` if the provider has what is needed. Otherwise it is skipped. */
export function testIf(needs: Needs): typeof test {
  return holds(needs) ? test : test.skip;
}
