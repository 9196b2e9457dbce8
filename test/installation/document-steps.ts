import { readFileSync } from 'node:fs';

/** One numbered step of a section in a document. */
export interface DocumentStep {
  /** The first words of the step, for errors. */
  words: string;
  /** What a person does without a command: the words in bold. */
  act?: string;
  /** The commands, as they stand there. */
  commands?: string;
  /** The lines that they must print. `…` stands for any text. */
  prints: RegExp[];
  /** Whether the lines may come some seconds later. */
  later: boolean;
}

/** The numbered steps under a heading `### …` of a document. */
export function stepsOf(file: string, heading: string): DocumentStep[] {
  const [, section] = readFileSync(file, 'utf8').split(`\n### ${heading}\n`);
  if (section === undefined) throw new Error(`${file} has no section "${heading}"`);
  const [own = ''] = section.split(/\n##+ /);
  const steps = own.split(/\n(?=\d+\. )/).filter((part) => /^\d+\. /.test(part));
  return steps.map((text) => {
    const [, commands] = /```sh\n([\s\S]*?)```/.exec(text) ?? [];
    const [, printed = ''] = /```text\n([\s\S]*?)```/.exec(text) ?? [];
    const [, act] = /^\d+\. \*\*(.+?)\.\*\*/.exec(text) ?? [];
    const lines = printed.split('\n').filter((line) => line.trim() !== '');
    return {
      words: text.split('\n')[0] ?? '',
      ...(act === undefined ? {} : { act }),
      ...(commands === undefined ? {} : { commands }),
      prints: lines.map(patternOf),
      later: text.includes('some seconds later'),
    };
  });
}

/** Spaces are compared only as gaps. */
function patternOf(line: string): RegExp {
  const parts = line
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`));
  return new RegExp(parts.join('.*'));
}
