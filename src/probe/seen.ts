import type { Exchange, FoundSetting, Note, ProbeFile, Shape } from './file.js';

/** A part of a list of words: known, or named by its hash. */
type Words = Extract<FoundSetting, readonly unknown[]>[number];

/** What a probe has seen, to conclude from. */
export class Seen {
  readonly #file: ProbeFile;

  constructor(file: ProbeFile) {
    this.#file = file;
  }

  /** The answered exchanges with one of these occasions, in their order. */
  all(...occasions: readonly string[]): Exchange[] {
    return this.#file.exchanges.filter(({ occasion, answer }) => answer !== undefined && occasions.includes(occasion));
  }

  /** What the settings of the environment said about an assumption, if it was not the default. */
  assumed(name: string): FoundSetting | undefined {
    return this.#file.assumed[name];
  }

  /** Every status that a read has shown, the first of them first. */
  get statuses(): string[] {
    const noted = this.notes('statuses').flatMap(({ value }) => (Array.isArray(value) ? value : []));
    const read = this.all('read', 'read-cancelled').flatMap(({ answer }) => {
      const status = fieldOf(answer?.body, 'status');
      return status?.type === 'string' && status.is !== undefined ? [status.is.toUpperCase()] : [];
    });
    return [...new Set([...read, ...noted])];
  }

  /** The words that the settings list. */
  wordsAssumed(name: string, defaults: readonly string[]): readonly string[] {
    const set = this.assumed(name);
    return Array.isArray(set) ? set.filter((words) => typeof words === 'string') : defaults;
  }

  get every(): readonly Exchange[] {
    return this.#file.exchanges;
  }

  get callbacks(): ProbeFile['callbacks'] {
    return this.#file.callbacks;
  }

  last(...occasions: readonly string[]): Exchange | undefined {
    return this.all(...occasions).at(-1);
  }

  note(step: string, name: string): Note['value'] | undefined {
    return this.#file.notes.find((note) => note.step === step && note.name === name)?.value;
  }

  /** What these notes say, by step. */
  notes(name: string): Note[] {
    return this.#file.notes.filter((note) => note.name === name);
  }
}

/** Whether an answer refuses: the provider's 4xx and 500, or a success that reports failure. */
export function refuses({ answer }: Exchange): boolean {
  if (answer === undefined) return false;
  const { status, read } = answer;
  return (status >= 400 && status <= 500 && status !== 429 && status !== 408) || read?.succeeded === false;
}

export function succeeded({ answer }: Exchange): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300 && answer.read?.succeeded !== false;
}

/** Whether a read shows that something is not there. Trouble of a server or a network shows nothing. */
export function isAbsent(exchange: Exchange | undefined): boolean {
  if (exchange === undefined) return false;
  const { answer, outcome } = exchange;
  if (outcome?.code === 'PROVIDER_NOT_FOUND') return true;
  return refuses(exchange) && answer?.form === 'json' && answer.read?.own === true && answer.status !== 500;
}

/** What the product made of it: a failure with this code. */
export function has(code: string): (exchange: Exchange) => boolean {
  return ({ outcome }) => outcome?.code === code;
}

/** What the product made of it: a call that returned this. */
export function is(result: string): (exchange: Exchange) => boolean {
  return ({ outcome }) => outcome?.result === result;
}

export function isDone(exchange: Exchange | undefined): boolean {
  return exchange?.outcome?.result !== undefined;
}

/** The words of a refusal, for a setting that lists them. */
export function wordsOf({ answer }: Exchange): Words | undefined {
  const words = answer?.words;
  if (words === undefined) return undefined;
  if (words.is !== undefined) return words.is;
  return words.hash === undefined ? undefined : { hash: words.hash, length: words.length };
}

export function sameWords(one: Exchange | undefined, other: Exchange | undefined): boolean {
  const [mine, theirs] = [one && wordsOf(one), other && wordsOf(other)];
  return mine !== undefined && JSON.stringify(mine) === JSON.stringify(theirs);
}

/** An exchange in a sentence, without any value: "code-again: HTTP 412, “…”". */
export function evidenceOf(exchange: Exchange): string {
  const { occasion, number, answer, lost } = exchange;
  if (answer === undefined) return `${occasion} (#${number}): no answer${lost === undefined ? '' : `, ${lost}`}`;
  const words = answer.words;
  const said =
    words === undefined
      ? answer.form === 'json' || answer.form === 'file'
        ? ''
        : `, ${answer.form}`
      : `, ${words.is === undefined ? `unknown words of ${words.length} characters (${words.hash ?? ''})` : `“${words.is}”`}`;
  const later = answer.retryAfter === undefined ? '' : `, Retry-After ${answer.retryAfter} s`;
  return `${occasion} (#${number}): HTTP ${answer.status}${said}${later}`;
}

/** Objects inside a request that are about other people than the signer. */
const OTHER_PEOPLE = /_rao$|_user$|_operator$|^certificate/;

/** The shape of a field of an answer, wherever the envelope has it. */
export function fieldOf(shape: Shape | undefined, name: string, depth = 0): Shape | undefined {
  if (shape?.type === 'list') return shape.items.map((item) => fieldOf(item, name, depth)).find(Boolean);
  if (shape?.type !== 'object') return undefined;
  if (shape.fields[name] !== undefined && !(name === 'status' && isEnvelope(shape.fields[name])))
    return shape.fields[name];
  if (depth > 2) return undefined;
  return Object.entries(shape.fields)
    .filter(([key]) => !OTHER_PEOPLE.test(key))
    .map(([, inner]) => fieldOf(inner, name, depth + 1))
    .find(Boolean);
}

/** `"status": "success"` of an envelope is not the status of a request. */
function isEnvelope(shape: Shape | undefined): boolean {
  return shape?.type === 'string' && /^(success|ok|error|fail(ed|ure)?)?$|^\d{3}\b/i.test(shape.is ?? '');
}
