import type { Assumption } from '../uanataca/assumption-list.js';
import { anyOf } from '../uanataca/answers/known-refusals.js';
import type { Finding, FoundSetting, ProbeFile } from './file.js';

/** Where an assumption stands: what probes have seen of it, compared with the setting in force. */
export interface Standing {
  assumption: Assumption;
  /**
   * `confirmed`: as assumed. `settled`: contradicted, and the setting follows what was seen. `contradicted`: the setting does not
   * follow, or there is none. `open`: no probe has seen it.
   */
  state: 'confirmed' | 'settled' | 'contradicted' | 'open';
  /** The setting in force. Undefined if there is none. */
  inForce: unknown;
  /** The probe that says so: the latest that has seen it. */
  probe?: ProbeFile;
  /** What the setting must be. Undefined if it follows, or there is none. */
  setting?: FoundSetting;
}

/** The assumptions about one API, in the order of the list. */
export function standingOf(
  assumptions: readonly Assumption[],
  inForce: Readonly<Record<string, unknown>>,
  probes: readonly ProbeFile[],
): Standing[] {
  const latestFirst = probes
    .filter((probe) => !isSimulated(probe))
    .toSorted((one, other) => Date.parse(other.begun) - Date.parse(one.begun));
  return assumptions.map((assumption): Standing => {
    const value = inForce[assumption.name];
    for (const probe of latestFirst) {
      const finding = probe.findings.find((each) => each.assumption === assumption.name);
      if (finding === undefined || finding.verdict === 'not-seen') continue;
      return { assumption, inForce: value, probe, ...compared(assumption, value, finding, probe) };
    }
    return { assumption, inForce: value, state: 'open' };
  });
}

/** Whether it was made against our own sandbox. Then it says nothing about the provider. */
export function isSimulated({ notes }: ProbeFile): boolean {
  return notes.some(({ name, value }) => name === 'simulated' && value === true);
}

/** One finding compared with the setting in force. */
export function compared(
  { name, default: usual }: Assumption,
  inForce: unknown,
  { verdict, setting }: Finding,
  { assumed }: Pick<ProbeFile, 'assumed'>,
): Pick<Standing, 'state' | 'setting'> {
  if (usual === undefined) return { state: verdict === 'confirmed' ? 'confirmed' : 'contradicted' };
  const standard: FoundSetting = typeof usual === 'object' ? [...usual] : usual;
  const before = assumed[name] ?? standard;
  const right = setting ?? (verdict === 'confirmed' ? before : undefined);
  if (right === undefined) return { state: 'contradicted' };
  // The default may hold with more than one side: it tries both.
  const isWide = verdict === 'confirmed' && !follows(name, before, right, before);
  const fits = [right, ...(isWide ? [standard] : [])].some((each) => follows(name, inForce, each, before));
  if (!fits) return { state: 'contradicted', setting: right };
  return { state: verdict === 'confirmed' ? 'confirmed' : 'settled' };
}

/** @param before what was in force for the probe */
function follows(name: string, inForce: unknown, found: FoundSetting, before: FoundSetting): boolean {
  if (!Array.isArray(found) || !Array.isArray(inForce)) return inForce === found;
  const texts = inForce.filter((each) => typeof each === 'string');
  if (name.endsWith('Texts')) return areCovered(found, texts, before);
  if (texts.length !== found.length) return false;
  // The order counts only where one is tried after the other.
  return name === 'contractFrom'
    ? texts.every((each, at) => each === found[at])
    : found.every((each) => inForce.includes(each));
}

/**
 * Whether words of the provider are recognised by these texts. Of words that the file does not show it can only be said that a
 * text was added that may be a part of them.
 */
function areCovered(
  found: Extract<FoundSetting, readonly unknown[]>,
  texts: readonly string[],
  before: FoundSetting,
): boolean {
  const known = anyOf(texts);
  const old = new Set<unknown>([...(Array.isArray(before) ? before : []), ...found]);
  const added = texts.filter((text) => !old.has(text));
  // The parts of a known text that vary are shown as {}.
  return found.every((words) =>
    typeof words === 'string'
      ? known.test(words.replaceAll('{}', '0'))
      : added.some((text) => text.length <= words.length),
  );
}
