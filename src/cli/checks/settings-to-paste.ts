import type { FoundSetting } from '../../probe/file.js';
import { inWords } from '../../probe/report/provider-words.js';
import type { Standing } from '../../probe/standing.js';

/**
 * What to do about contradicted assumptions: the settings as they can be pasted, and what needs a look.
 *
 * @param place the setting that holds them: `environments.sandbox.assumptions`
 * @param path of the file of the probe
 */
export function settingsToPaste(contradicted: readonly Standing[], place: string, path: string): string {
  const pasted: Record<string, unknown> = {};
  const withheld: string[] = [];
  const others: string[] = [];
  for (const { assumption, setting, inForce } of contradicted) {
    const { name, default: usual, otherSide } = assumption;
    if (usual === undefined) others.push(`${name} does not hold, and there is no setting for it. ${otherSide}`);
    else if (setting === undefined)
      others.push(`No known value of ${name} fits. The report of the probe says what was seen.`);
    else if (isShown(setting)) {
      pasted[name] = name.endsWith('Texts') ? withTexts(inForce, setting) : setting;
    } else withheld.push(name);
  }
  const parts: string[] = [];
  if (Object.keys(pasted).length > 0) parts.push(`Set in ${place}: ${JSON.stringify(pasted)}.`);
  if (withheld.length > 0) {
    const names = withheld.join(', ');
    parts.push(
      `The words for ${names} are not in the file. \`videoid probe ${path}\` prints them, on the machine that ran it.`,
    );
  }
  return [...parts, ...others].join(' ');
}

/** Words that the provider used and no document shows are hashes in the file. */
function isShown(setting: FoundSetting): boolean {
  return !Array.isArray(setting) || setting.every((each) => typeof each === 'string');
}

/** Words that are recognised today stay. */
function withTexts(inForce: unknown, setting: FoundSetting): unknown {
  const texts = [inForce, inWords(setting, {})].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...new Set<unknown>(texts)];
}
