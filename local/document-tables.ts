/** Program: `npm run tables`. Writes the tables that documents take from the sources; a test compares them. */
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, EXIT_WORDS } from '../src/cli/exit-codes.js';
import { markdownTable } from '../src/cli/settings.js';
import { verbCommand } from '../src/client/commands.js';
import { listSettings } from '../src/config.js';
import { STATUS_WORDS } from '../src/gateway/api/http-status.js';
import { ORDER_ROUTES, takenBy } from '../src/gateway/api/order-routes.js';
import { FAILURES } from '../src/messages/failures.js';
import { type Verb, VERBS } from '../src/messages/verbs.js';
import type { Assumption } from '../src/uanataca/assumption-list.js';
import { ASSUMPTIONS } from '../src/uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../src/uanataca/registration-authority/assumptions.js';
import { PROJECT } from './project.js';

/** A table between two marks in a document, made from the sources. */
export interface DocumentTable {
  /** Path in the project. */
  file: string;
  /** Stands in the marks: `<!-- settings: … -->` and `<!-- /settings -->`. */
  name: string;
  lines: () => string[];
}

export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  { file: 'README.md', name: 'settings', lines: () => markdownTable(listSettings()) },
  { file: 'README.md', name: 'exit-codes', lines: exitLines },
  { file: 'docs/cli.md', name: 'verbs', lines: verbLines },
  { file: 'docs/cli.md', name: 'exit-codes', lines: exitLines },
  { file: 'docs/cli.md', name: 'failures', lines: failureLines },
  { file: 'docs/api.md', name: 'orders', lines: orderLines },
  { file: 'docs/api.md', name: 'failures', lines: httpLines },
  { file: 'docs/provider.md', name: 'assumptions', lines: () => assumptionLines(ASSUMPTIONS) },
  {
    file: 'docs/provider.md',
    name: 'enrolment-assumptions',
    lines: () => assumptionLines(REGISTRATION_AUTHORITY_ASSUMPTIONS),
  },
];

function exitLines(): string[] {
  const codes = Object.entries(EXIT).map(([name, code]) => `| ${code} | ${EXIT_WORDS[name as keyof typeof EXIT]} |`);
  return ['| code | meaning |', '|---|---|', ...codes];
}

/** Every verb, with the command that a person types. */
function verbLines(): string[] {
  const place = { reference: 'order-17', attempt: 1, latest: true };
  const rows = (Object.keys(VERBS) as Verb[]).map((verb) => {
    const { flows, words } = VERBS[verb];
    return `| ${verb} | ${flows.join(', ')} | \`${verbCommand(verb, place)}\` | ${words} |`;
  });
  return ['| verb | of | command | what it does |', '|---|---|---|---|', ...rows];
}

function orderLines(): string[] {
  const rows = (Object.keys(ORDER_ROUTES) as (keyof typeof ORDER_ROUTES)[]).map(
    (name) => `| \`POST …/:reference/${name}\` | ${takenBy(name).join(', ')} | ${ORDER_ROUTES[name].answer} |`,
  );
  return ['| call | of | answer |', '|---|---|---|', ...rows];
}

function failureLines(): string[] {
  const rows = Object.entries(FAILURES).map(([code, { exit }]) => `| \`${code}\` | ${exit} |`);
  return ['| failure | exit code |', '|---|---|', ...rows];
}

function httpLines(): string[] {
  const rows = Object.entries(STATUS_WORDS).map(([status, words]) => {
    const codes = Object.entries(FAILURES).flatMap(([code, { http }]) =>
      String(http) === status ? [`\`${code}\``] : [],
    );
    return `| ${status} | ${words} | ${codes.join(', ')} |`;
  });
  return ['| status | meaning | codes |', '|---|---|---|', ...rows];
}

function assumptionLines(assumptions: readonly Assumption[]): string[] {
  return [
    '| assumption | default | § | what we take to be so | otherwise |',
    '|---|---|---|---|---|',
    ...assumptions.map((each) => {
      const set = each.default === undefined ? 'no setting' : `\`${JSON.stringify(each.default)}\``;
      return `| \`${each.name}\` | ${[set, each.section, each.text, each.otherSide].map(cell).join(' | ')} |`;
    }),
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

/**
 * The document's text with the table as the sources have it now.
 *
 * @throws Error when the document lacks the marks
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
