import type { Assumption } from '../../uanataca/assumption-list.js';
import { ASSUMPTIONS } from '../../uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../../uanataca/registration-authority/assumptions.js';
import type { Finding, ProbeFile } from '../file.js';
import { callbackTiming } from '../callbacks/timing.js';
import { timingLines } from '../callbacks/timing-lines.js';
import { compared } from '../standing.js';
import { deviationsOf, factsOf, refusalsOf } from './facts.js';
import { inWords, textsIn } from './provider-words.js';

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
  /** How the provider refuses. Its unknown words are redacted. */
  refusals: readonly string[];
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
    findings: findings.map((finding) => spoken(finding, words)),
    deviations: deviationsOf(file),
    facts: factsOf(file),
    refusals: refusalsOf(file, words),
    callbacks: file.notes.some(({ name }) => name === 'callbacks') ? timingLines(callbackTiming(file)) : [],
    settings: { environments: { [environment]: { ...own, probe: path } } },
    open: file.steps.flatMap(({ name, end, why }) =>
      end === 'done'
        ? []
        : [`${name}: ${end === 'failed' ? 'failed' : 'left out'}${why === undefined ? '' : `, ${why}`}`],
    ),
  };
}

/** The setting with which the probe was made. */
function inForce({ name, default: usual }: Assumption, { assumed }: ProbeFile): unknown {
  return assumed[name] ?? usual;
}

/** A finding with the provider's words, which are not in the file. */
function spoken(finding: Finding, words: Readonly<Record<string, string>>): Finding {
  const { evidence, setting } = finding;
  const told = evidence.replaceAll(/unknown words of \d+ characters \(([0-9a-f]+)\)/g, (found, hash: string) => {
    return words[hash] === undefined ? found : `“${words[hash]}”`;
  });
  return { ...finding, evidence: told, ...(Array.isArray(setting) ? { setting: textsIn(setting, words) } : {}) };
}
