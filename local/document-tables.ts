/** Program: `npm run tables`. Writes the tables in the documents that come from the sources. A test compares them. */
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, EXIT_WORDS } from '../src/cli/exit-codes.js';
import { verbCommand } from '../src/client/commands.js';
import { listSettings, listSettingsOfEach, type Setting } from '../src/config.js';
import { STATUS_WORDS } from '../src/http/status-words.js';
import { ORDER_ROUTES, takenBy } from '../src/gateway/api/order-routes.js';
import { FAILURES } from '../src/messages/failures.js';
import type { StepName } from '../src/messages/policy.js';
import type { Flow } from '../src/messages/request.js';
import { type Verb, VERBS } from '../src/messages/verbs.js';
import type { Assumption } from '../src/uanataca/assumption-list.js';
import { ASSUMPTIONS } from '../src/uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../src/uanataca/registration-authority/assumptions.js';
import { PROJECT } from './project.js';

/** A table between two marks in a document, made from the sources. */
export interface DocumentTable {
  /** Path in the project. */
  file: string;
  /** The name in the marks: `<!-- settings-worker: … -->` and `<!-- /settings-worker -->`. */
  name: string;
  lines: () => string[];
}

/** The topics of docs/settings.md. Each has the prefixes of the settings that it contains. */
export const SETTING_TOPICS: Readonly<Record<string, readonly string[]>> = {
  temporal: ['temporal.'],
  archive: ['archive.'],
  keys: ['keys.'],
  deadlines: ['policy.deadlines.', 'policy.acceptance.'],
  reading: ['policy.watch.'],
  code: ['policy.code.', 'policy.sign.', 'codeEntry'],
  documents: ['documents.', 'policy.retrieve.', 'policy.download.'],
  verification: ['policy.verification.', 'policy.mayPass', 'policy.identity.', 'worker.verification.'],
  floor: ['floor.'],
  worker: ['worker.'],
  gateway: ['gateway.'],
  'codec-server': ['codecServer.'],
  log: ['log.'],
};

/** The four settings of a step share one row of the table "steps". These two records have their own tables. */
const ELSEWHERE = ['policy.steps.', 'environments', 'registrationAuthorities'];

/** The topic of a setting: the one with the longest matching prefix. Undefined if the setting is in another table. */
export function topicOf(name: string): string | undefined {
  if (ELSEWHERE.some((begin) => name.startsWith(begin))) return undefined;
  const begins = Object.entries(SETTING_TOPICS).flatMap(([topic, all]) => all.map((begin) => ({ topic, begin })));
  const found = begins.filter(({ begin }) => name.startsWith(begin));
  return found.toSorted((one, other) => other.begin.length - one.begin.length)[0]?.topic;
}

export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  ...Object.keys(SETTING_TOPICS).map((topic) => ({
    file: 'docs/settings.md',
    name: `settings-${topic}`,
    lines: () => settingLines(listSettings().filter(({ name }) => topicOf(name) === topic)),
  })),
  {
    file: 'docs/settings.md',
    name: 'settings-environments',
    lines: () => settingLines(listSettingsOfEach('environments')),
  },
  {
    file: 'docs/settings.md',
    name: 'settings-registration-authorities',
    lines: () => settingLines(listSettingsOfEach('registrationAuthorities')),
  },
  { file: 'docs/settings.md', name: 'settings-steps', lines: stepLines },
  { file: 'docs/cli.md', name: 'verbs', lines: verbLines },
  { file: 'docs/cli.md', name: 'exit-codes', lines: exitLines },
  { file: 'docs/cli.md', name: 'failures', lines: failureLines },
  { file: 'docs/api.md', name: 'orders', lines: orderLines },
  { file: 'docs/api.md', name: 'failures', lines: httpLines },
  { file: 'docs/provider.md', name: 'assumptions', lines: () => assumptionLines(ASSUMPTIONS, 'signature') },
  {
    file: 'docs/provider.md',
    name: 'enrolment-assumptions',
    lines: () => assumptionLines(REGISTRATION_AUTHORITY_ASSUMPTIONS, 'enrolment'),
  },
];

function settingLines(settings: readonly Setting[]): string[] {
  return [
    '| setting | default | what it is for |',
    '|---|---|---|',
    ...settings.map((each) => `| \`${each.name}\` | ${code(each.written)} | ${cell(each.description)} |`),
  ];
}

/** What each step does, in the order of a request. */
const STEPS: Record<StepName, string> = {
  create: 'creates the request at the provider',
  correct: 'corrects data of the signer',
  watch: 'reads where the request stands',
  complete: 'enrolment: sends missing data and evidence documents',
  declare: 'enrolment: fetches declaration and contract for the officer',
  approve: 'approves',
  refuse: 'refuses',
  upload: 'uploads the documents and fetches the contract',
  code: 'has a code sent to the signer',
  sign: 'signs with what the signer typed',
  retrieve: 'fetches, stores and verifies the signed files',
  withdraw: 'cancels at the provider, where that is possible',
  clean: 'deletes the copies at the provider and records the end',
  record: 'records the end',
};

/** One row for each step, with its four settings side by side. */
function stepLines(): string[] {
  const written = new Map(listSettings().map((each) => [each.name, each.written]));
  const columns = ['startToClose', 'budget', 'backoff', 'slowest'];
  return [
    `| step | what it does | ${columns.map(code).join(' | ')} |`,
    '|---|---|---|---|---|---|',
    ...Object.entries(STEPS).map(([step, words]) => {
      const values = columns.map((column) => code(written.get(`policy.steps.${step}.${column}`) ?? ''));
      return `| ${code(step)} | ${words} | ${values.join(' | ')} |`;
    }),
  ];
}

/** Every verb, with the command that people type. */
function verbLines(): string[] {
  const place = { reference: 'order-17', attempt: 1, latest: true };
  const rows = (Object.keys(VERBS) as Verb[]).map((verb) => {
    const { flows, words } = VERBS[verb];
    return `| ${verb} | ${flows.join(', ')} | \`${verbCommand(verb, place)}\` | ${words} |`;
  });
  return ['| verb | of | command | what it does |', '|---|---|---|---|', ...rows];
}

function orderLines(): string[] {
  const rows = (Object.keys(ORDER_ROUTES) as (keyof typeof ORDER_ROUTES)[]).map((name) => {
    const { by = '', answer } = ORDER_ROUTES[name];
    return `| \`POST …/:reference/${name}\` | ${takenBy(name).join(', ')} | ${by} | ${answer} |`;
  });
  return ['| call | of | default `actor` | answer |', '|---|---|---|---|', ...rows];
}

/** One row for each exit code, with the failures that have it. */
function failureLines(): string[] {
  const rows = Object.values(EXIT).map((exit) => `| ${exit} | ${failuresWith('exit', exit)} |`);
  return ['| exit code | failures |', '|---|---|', ...rows.filter((row) => !row.endsWith('|  |'))];
}

function httpLines(): string[] {
  const rows = Object.entries(STATUS_WORDS).map(
    ([status, words]) => `| ${status} | ${words} | ${failuresWith('http', Number(status))} |`,
  );
  return ['| status | meaning | codes |', '|---|---|---|', ...rows];
}

function failuresWith(column: 'http' | 'exit', value: number): string {
  const codes = Object.entries(FAILURES).filter(([, row]) => row[column] === value);
  return codes.map(([name]) => code(name)).join(', ');
}

function exitLines(): string[] {
  const codes = Object.entries(EXIT).map(([name, exit]) => `| ${exit} | ${EXIT_WORDS[name as keyof typeof EXIT]} |`);
  return ['| code | meaning |', '|---|---|', ...codes];
}

/** What probes of real providers have seen, by assumption: `as assumed, 2027-01`. Nobody has sent a file yet. */
const SEEN: Readonly<Record<Flow, Readonly<Record<string, string>>>> = { signature: {}, enrolment: {} };

function assumptionLines(assumptions: readonly Assumption[], flow: Flow): string[] {
  return [
    '| assumption | default | § | what we assume | if it is not so | seen by a probe |',
    '|---|---|---|---|---|---|',
    ...assumptions.map((each) => {
      const set = each.default === undefined ? 'no setting' : `\`${JSON.stringify(each.default)}\``;
      const seen = SEEN[flow][each.name] ?? '';
      return `| \`${each.name}\` | ${[set, each.section, each.text, each.otherSide, seen].map(cell).join(' | ')} |`;
    }),
  ];
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

/**
 * The document's text, with the table as the sources have it now.
 *
 * @throws Error if the document lacks the marks
 */
export function withTable(text: string, { file, name, lines }: DocumentTable): string {
  const begin = text.indexOf(`<!-- ${name}:`);
  const from = text.indexOf('-->', begin) + '-->'.length;
  const to = text.indexOf(`<!-- /${name} -->`);
  if (begin === -1 || to < from) throw new Error(`${file} has no place for the table "${name}".`);
  return `${text.slice(0, from)}\n\n${lines().join('\n')}\n\n${text.slice(to)}`;
}

const entry = process.argv[1];
if (entry !== undefined && existsSync(entry) && realpathSync(entry) === fileURLToPath(import.meta.url)) {
  for (const table of DOCUMENT_TABLES) {
    const path = join(PROJECT, table.file);
    writeFileSync(path, withTable(readFileSync(path, 'utf8'), table));
  }
}
