import type { Assumption } from '../../uanataca/assumption-list.js';
import type { Finding, FoundSetting } from '../file.js';
import type { Report } from './report.js';

const ORDER = ['contradicted', 'confirmed', 'not-seen'] as const;

/** How to read a line such as `code-again (#31): HTTP 412`. */
const EVIDENCE = 'what was tried, the number of the call in the file, and the answer.';

/** The report for a terminal. */
export function linesOf(report: Report): string[] {
  const { findings, settings } = report;
  const named = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict);
  return [
    `Assumptions, each with its evidence: ${EVIDENCE}`,
    ...ORDER.flatMap((verdict) => {
      const group = named(verdict);
      if (group.length === 0) return [];
      const words = group.map(({ assumption, setting, evidence }) => [
        `  ${assumption}${setting === undefined ? '' : ` = ${JSON.stringify(shown(setting))}`}`,
        `      ${evidence}`,
      ]);
      const follows = verdict === 'contradicted' ? settingLines(settings) : [];
      return ['', `${HEADS[verdict]} (${group.length}):`, ...words.flat(), ...follows];
    }),
    ...sectionsOf(report).flatMap(([title, rows]) => ['', `${title}:`, ...rows.map((each) => `  ${each}`)]),
    ...(named('contradicted').length === 0 ? settingLines(settings) : []),
  ];
}

function settingLines(settings: Report['settings']): string[] {
  const lines = JSON.stringify(settings, null, 2).split('\n');
  return [
    '',
    'Settings that follow. Merge them into your settings file:',
    ...lines.map((line) => `  ${line}`),
    ...CHECK,
  ];
}

/** A part of a text may be in other refusals too. */
const CHECK = ['Check each text before: it must be in the words of that refusal, and in no other.'];

/** What follows the assumptions. Empty sections are left out. */
function sectionsOf({ deviations, facts, refusals, callbacks, open }: Report): [string, readonly string[]][] {
  const sections: [string, readonly string[]][] = [
    ['What else is not as expected', deviations],
    ['What else was seen', facts.map(([name, value]) => `${name}: ${value}`)],
    ['How the provider refuses', refusals],
    ['Callbacks', callbacks],
    ['Not tried', open],
  ];
  return sections.filter(([, rows]) => rows.length > 0);
}

const HEADS = { contradicted: 'Not as assumed', confirmed: 'Confirmed', 'not-seen': 'Not seen' } as const;

function shown(setting: FoundSetting): unknown {
  return Array.isArray(setting) ? setting.map((each) => (typeof each === 'string' ? each : `{${each.hash}}`)) : setting;
}

/** The report as Markdown. */
export function markdownOf(report: Report, assumptions: readonly Assumption[]): string {
  const { flow, env, begun, ended, findings, settings, file } = report;
  const texts = new Map(assumptions.map(({ name, text }) => [name, text]));
  return `${[
    `# Probe of the provider: ${flow}`,
    '',
    `Begun ${begun}, ${ended === undefined ? 'not finished' : `ended ${ended}`}. Environment of the provider: \`${env}\`. File: \`${file}\`.`,
    '',
    '## Assumptions',
    '',
    `Evidence says ${EVIDENCE}`,
    '',
    row(['assumption', 'verdict', 'setting', 'what we assume', 'evidence']),
    row(['---', '---', '---', '---', '---']),
    ...ORDER.flatMap((verdict) =>
      findings
        .filter((finding) => finding.verdict === verdict)
        .map(({ assumption, setting, evidence }) =>
          row([
            `\`${assumption}\``,
            verdict === 'not-seen' ? 'not seen' : verdict,
            setting === undefined ? '' : `\`${JSON.stringify(shown(setting))}\``,
            texts.get(assumption) ?? '',
            evidence,
          ]),
        ),
    ),
    ...sectionsOf(report).flatMap(([title, rows]) => ['', `## ${title}`, '', ...rows.map((each) => `- ${each}`)]),
    '',
    '## Settings that follow',
    '',
    'They may hold words of the provider, so they are not in the file that you send.',
    '',
    '```json',
    JSON.stringify(settings, null, 2),
    '```',
    '',
    ...CHECK,
  ].join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
