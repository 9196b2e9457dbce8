import { PROVIDER_STATUSES } from '../messages/request.js';
import type { Assumption } from '../uanataca/assumption-list.js';
import { ASSUMPTIONS } from '../uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../uanataca/registration-authority/assumptions.js';
import type { Finding, FoundSetting, ProbeFile } from './file.js';
import { callbackTiming } from './callbacks/timing.js';
import { timingLines } from './callbacks/timing-lines.js';
import { Seen } from './seen.js';
import { compared } from './standing.js';

/** What a probe found out, for people and programs. */
export interface Report {
  flow: ProbeFile['flow'];
  env: ProbeFile['env'];
  begun: string;
  ended: string | undefined;
  file: string;
  findings: readonly Finding[];
  /** What else differs from what the product expects. */
  deviations: readonly string[];
  /** What was seen beside the assumptions. */
  facts: readonly (readonly [string, string])[];
  /** What the callbacks show. Empty if nothing took them. */
  callbacks: readonly string[];
  /** The settings that follow, ready to paste. The provider's words are redacted. */
  settings: Record<string, unknown>;
  /** Steps that were left out or failed. */
  open: readonly string[];
}

/**
 * The report of a probe.
 *
 * @param words the provider's unknown words by hash, redacted
 */
export function reportOf(
  file: ProbeFile,
  path: string,
  { environment, words }: { environment: string; words: Readonly<Record<string, string>> },
): Report {
  const { flow, env, begun, ended, findings } = file;
  const list = flow === 'signature' ? ASSUMPTIONS : REGISTRATION_AUTHORITY_ASSUMPTIONS;
  const found = Object.fromEntries(
    findings.flatMap((finding) => {
      const assumption = list.find(({ name }) => name === finding.assumption);
      const { setting } =
        assumption === undefined ? {} : compared(assumption, inForce(assumption, file), finding, file);
      return setting === undefined ? [] : [[finding.assumption, inWords(setting, words)]];
    }),
  );
  const assumptions = { assumptions: found };
  const placed = flow === 'signature' ? assumptions : { registrationAuthorityApi: assumptions };
  const own = Object.keys(found).length === 0 ? {} : placed;
  return {
    flow,
    env,
    begun,
    ended,
    file: path,
    findings,
    deviations: deviationsOf(file),
    facts: factsOf(file),
    callbacks: file.notes.some(({ name }) => name === 'callbacks') ? timingLines(callbackTiming(file)) : [],
    settings: { environments: { [environment]: { ...own, probe: path } } },
    open: file.steps.flatMap(({ name, end, why }) =>
      end === 'done'
        ? []
        : [`${name}: ${end === 'failed' ? 'failed' : 'left out'}${why === undefined ? '' : `, ${why}`}`],
    ),
  };
}

/** Where a text may be different the next time: gaps of the redaction, numbers, statuses, and parts of known texts. */
const VARIABLE = new RegExp(String.raw`…|\{\}|\d+|\b(?:${PROVIDER_STATUSES.join('|')})\b`, 'g');

/** The longest part of a text that is always the same, and says enough to name it. */
function constantPart(text: string): string[] {
  const parts = text.split(VARIABLE).map((part) => part.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
  const [longest = ''] = parts.toSorted((one, other) => other.length - one.length);
  return longest.length < 4 ? [] : [longest];
}

/** The setting with which the probe was made. */
function inForce({ name, default: usual }: Assumption, { assumed }: ProbeFile): unknown {
  return assumed[name] ?? usual;
}

/**
 * A setting with the provider's words.
 *
 * @param words unknown words by hash, redacted
 */
export function inWords(setting: FoundSetting, words: Readonly<Record<string, string>>): unknown {
  if (!Array.isArray(setting)) return setting;
  const parts = setting.flatMap((each) => {
    if (typeof each !== 'string') return constantPart(words[each.hash] ?? '');
    return each.includes('{}') ? constantPart(each) : each;
  });
  return [...new Set(parts)];
}

function deviationsOf(file: ProbeFile): string[] {
  const known = new Set<string>(PROVIDER_STATUSES);
  const statuses = new Seen(file).statuses.filter((status) => !known.has(status));
  return [
    ...file.notes
      .filter(({ name }) => name.startsWith('deviation: '))
      .map(({ step, value }) => `${step}: ${String(value)}`),
    ...file.notes
      .filter(({ name, value }) => name.startsWith('reasons: ') && Array.isArray(value) && value.length > 0)
      .map(({ name, value }) => `${name.replace('reasons: ', '')}: verification says ${String(value)}`),
    ...statuses.map((status) => `get request shows ${status}, which no document names`),
  ];
}

/** Notes with the names that people know them by. */
const FACTS: readonly (readonly [words: string, step: string, note: string])[] = [
  ['code', 'code', 'code'],
  ['after a wrong code', 'code', 'status-after-wrong-code'],
  ['contract made anew at every reading, before signing', 'contract', 'made-anew'],
  ['contract made anew at every reading, after signing', 'signed', 'made-anew'],
  ['contract signed by', 'signed', 'contract-signers'],
  ['level of a document', 'signed', 'level: signed-a'],
  ['level of a document that was signed before', 'signed', 'level: signed-b'],
  ['level of the contract', 'signed', 'level: contract-signed'],
  ['reasons of a document', 'signed', 'reasons: signed-a'],
  ['reasons of a document that was signed before', 'signed', 'reasons: signed-b'],
  ['reasons of the contract', 'signed', 'reasons: contract-signed'],
  ['signatures added to a document', 'signed', 'signatures: signed-a'],
  ['earlier signatures', 'signed', 'earlier-signatures'],
  ['signature algorithm', 'signed', 'signatureAlgorithm: signed-a'],
  ['stated as qualified', 'signed', 'qcCompliance: signed-a'],
  ['signed files after ISSUED, in ms', 'signed', 'files-after'],
  ['VIDEOREVIEW shown after, in ms', 'video', 'waited'],
  ['ENROLLREADY shown after, in ms', 'approve', 'waited'],
  ['ISSUED shown after, in ms', 'signed', 'waited'],
  ['after a cancellation', 'third', 'status-after-cancel'],
  ['the first unused scratchcard is the same for the next caller', 'scratchcard', 'same-card'],
  ['scratchcards on a page', 'scratchcard', 'page-size'],
  ['scratchcard used after the create', 'create', 'used-after'],
  ['request found by its scratchcard after, in ms', 'create', 'find: after'],
  ['status after the validation', 'validation', 'landed'],
  ['validation shown after, in ms', 'validation', 'waited'],
  ['missing fields', 'fields', 'missing'],
  ['a change of a field from the video', 'fields', 'from-video'],
  ['a second declaration has the text of the first, or another', 'paperwork', 'declaration'],
  ['contract made anew at every reading', 'paperwork', 'made-anew'],
  ['after a cancellation', 'second', 'status-after-cancel'],
  ['scratchcard used after a cancellation', 'second', 'used-after-cancel'],
];

function factsOf(file: ProbeFile): [string, string][] {
  const seen = new Seen(file);
  const notes = FACTS.flatMap(([words, step, name]): [string, string][] => {
    const value = seen.note(step, name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return [[words, value.length === 0 ? 'none' : value.join(', ')]];
    return [[words, typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)]];
  });
  const statuses = seen
    .notes('statuses')
    .map(
      ({ step, value }) => [`statuses in ${step}`, Array.isArray(value) ? value.join(', ') : ''] as [string, string],
    );
  return [...notes, ...statuses.filter(([, words]) => words !== '')];
}

const ORDER = ['contradicted', 'confirmed', 'not-seen'] as const;

/** The report for a terminal. */
export function linesOf(report: Report): string[] {
  const { findings, deviations, facts, callbacks, settings, open } = report;
  const named = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict);
  return [
    ...ORDER.flatMap((verdict) => {
      const group = named(verdict);
      if (group.length === 0) return [];
      const words = group.map(({ assumption, setting, evidence }) => [
        `  ${assumption}${setting === undefined ? '' : ` = ${JSON.stringify(shown(setting))}`}`,
        `      ${evidence}`,
      ]);
      return ['', `${HEADS[verdict]} (${group.length}):`, ...words.flat()];
    }),
    ...(deviations.length === 0 ? [] : ['', 'What else is different:', ...deviations.map((each) => `  ${each}`)]),
    ...(facts.length === 0 ? [] : ['', 'Seen:', ...facts.map(([name, value]) => `  ${name}: ${value}`)]),
    ...(callbacks.length === 0 ? [] : ['', 'Callbacks:', ...callbacks.map((each) => `  ${each}`)]),
    ...(open.length === 0 ? [] : ['', 'Not tried:', ...open.map((each) => `  ${each}`)]),
    '',
    'Settings that follow, to be merged into the settings file:',
    ...JSON.stringify(settings, null, 2)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

const HEADS = { contradicted: 'Not as assumed', confirmed: 'Confirmed', 'not-seen': 'Not seen' } as const;

function shown(setting: FoundSetting): unknown {
  return Array.isArray(setting) ? setting.map((each) => (typeof each === 'string' ? each : `{${each.hash}}`)) : setting;
}

/** The report as Markdown. */
export function markdownOf(report: Report, assumptions: readonly Assumption[]): string {
  const { flow, env, begun, ended, findings, deviations, facts, callbacks, settings, open, file } = report;
  const texts = new Map(assumptions.map(({ name, text }) => [name, text]));
  return `${[
    `# Probe of the provider: ${flow}`,
    '',
    `Begun ${begun}, ${ended === undefined ? 'not finished' : `ended ${ended}`}. Environment of the provider: \`${env}\`. File: \`${file}\`.`,
    '',
    '## Assumptions',
    '',
    row(['assumption', 'verdict', 'side', 'what we assume', 'evidence']),
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
    ...(deviations.length === 0 ? [] : ['', '## What else is different', '', ...deviations.map((each) => `- ${each}`)]),
    ...(facts.length === 0 ? [] : ['', '## Seen', '', ...facts.map(([name, value]) => `- ${name}: ${value}`)]),
    ...(callbacks.length === 0 ? [] : ['', '## Callbacks', '', ...callbacks.map((each) => `- ${each}`)]),
    ...(open.length === 0 ? [] : ['', '## Not tried', '', ...open.map((each) => `- ${each}`)]),
    '',
    '## Settings that follow',
    '',
    'They may hold words of the provider, so they are not in the file that you send.',
    '',
    '```json',
    JSON.stringify(settings, null, 2),
    '```',
  ].join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
