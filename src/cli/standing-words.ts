import { defined } from '../messages/defined.js';
import type { FoundSetting } from '../probe/file.js';
import type { Standing } from '../probe/standing.js';
import type { Assumption } from '../uanataca/assumption-list.js';
import { ASSUMPTIONS } from '../uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../uanataca/registration-authority/assumptions.js';
import type { EnvironmentStanding } from './checks/probes.js';
import { columns } from './layout.js';

/** The assumptions about one API, in each environment that has it. */
interface ApiStanding {
  api: string;
  assumptions: readonly Assumption[];
  places: readonly { environment: string; standing: readonly Standing[] }[];
}

function byApi(environments: readonly EnvironmentStanding[]): { optimizer: ApiStanding; authority: ApiStanding } {
  return {
    optimizer: {
      api: 'Optimizer',
      assumptions: ASSUMPTIONS,
      places: environments.map(({ environment, signature }) => ({ environment, standing: signature })),
    },
    authority: {
      api: 'Registration Authority API',
      assumptions: REGISTRATION_AUTHORITY_ASSUMPTIONS,
      places: environments.flatMap(({ environment, enrolment }) =>
        enrolment === undefined ? [] : [{ environment, standing: enrolment }],
      ),
    },
  };
}

/** What probes have seen in each environment, and what nobody has seen yet: for people. */
export function standingLines(environments: readonly EnvironmentStanding[]): string[] {
  const { optimizer, authority } = byApi(environments);
  return [...linesOf(optimizer), '', ...linesOf(authority)];
}

/** The same for programs. What is open in one environment is in the list. */
export function standingView(environments: readonly EnvironmentStanding[]) {
  const { optimizer, authority } = byApi(environments);
  return {
    assumptions: openAnywhere(optimizer),
    enrolmentAssumptions: openAnywhere(authority),
    seen: environments.map(({ environment, signature, enrolment }) => ({
      environment,
      signature: signature.map(viewOf),
      ...defined({ enrolment: enrolment?.map(viewOf) }),
    })),
  };
}

function viewOf({ assumption: { name }, state, probe, inForce, setting }: Standing) {
  return { name, state, ...defined({ inForce, setting, at: probe?.begun, env: probe?.env }) };
}

function openAnywhere({ assumptions, places }: ApiStanding): readonly Assumption[] {
  if (places.length === 0) return assumptions;
  const open = new Set(places.flatMap(({ standing }) => openOf(standing)));
  return assumptions.filter((each) => open.has(each));
}

function openOf(standing: readonly Standing[]): Assumption[] {
  return standing.filter(({ state }) => state === 'open').map(({ assumption }) => assumption);
}

/** Environments with the same open assumptions share a list. */
function linesOf({ api, assumptions, places }: ApiStanding): string[] {
  const seen = places.flatMap(({ environment, standing }) => {
    const known = standing.filter(({ state }) => state !== 'open');
    const head = `What probes have seen of the ${api}, in ${environment} (${known.length} of ${standing.length}):`;
    return known.length === 0 ? [] : [[head, ...columns(known.map(seenCells))]];
  });
  const groups = new Map<string, { environments: string[]; open: readonly Assumption[] }>();
  for (const { environment, standing } of places) {
    const open = openOf(standing);
    const key = open.map(({ name }) => name).join(' ');
    const group = groups.get(key) ?? { environments: [], open };
    group.environments.push(environment);
    groups.set(key, group);
  }
  if (groups.size === 0) groups.set('', { environments: [], open: assumptions });
  const lists = [...groups.values()].map(({ environments, open }) => {
    const where = groups.size > 1 ? `, in ${environments.join(', ')}` : '';
    const rows = open.map(({ name, section, text }) => [`  ${name}`, section, text]);
    return [`Not yet confirmed by a real ${api}${where} (${open.length}):`, ...columns(rows)];
  });
  return [...seen, ...lists].flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

function seenCells({ assumption, state, probe, inForce, setting }: Standing): string[] {
  const head = [`  ${assumption.name}`, `${probe?.begun.slice(0, 10)} (${probe?.env})`];
  if (state === 'settled') return [...head, 'contradicted', `the setting follows: ${JSON.stringify(inForce)}`];
  if (state === 'contradicted') {
    return [...head, state, setting === undefined ? openEnd(assumption) : `the setting must be ${shown(setting)}`];
  }
  return [...head, state];
}

function openEnd({ default: usual, otherSide }: Assumption): string {
  return usual === undefined ? otherSide : 'no known value fits';
}

function shown(setting: FoundSetting): string {
  if (!Array.isArray(setting)) return JSON.stringify(setting);
  const words = setting.map((each) =>
    typeof each === 'string' ? JSON.stringify(each) : `words of ${each.length} characters`,
  );
  return `[${words.join(', ')}]`;
}
