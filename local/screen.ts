import { stripVTControlCharacters } from 'node:util';
import { printable } from '../src/process/printable.js';

/** Where the progress is shown: a terminal, a pipe, or a test. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Shows people what happens: plain lines, and steps with their time. */
export interface Screen {
  /** One line. */
  line(text?: string): void;
  /** Our own text of one or more lines, in a colour. */
  lines(colour: Colour, text: string): void;
  /** A name and its value, aligned with the lines around it. */
  fact(name: string, text: string): void;
  /**
   * Runs a step and shows how long it takes: one line that updates on a terminal, else plain lines.
   * `report` sets the detail shown behind the title ("120 of 1718 packages"). Returns or throws what `work` does.
   */
  step<T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
  /** Colours a text, only on a terminal. */
  paint(colour: Colour, text: string): string;
}

export type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

const CODES: Record<Colour, number> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };
const FACT_WIDTH = 20;
/** How long a step runs before it shows that it is running, and the time between two plain lines about it. Milliseconds. */
const QUIET = 2000;
const REPEAT = 10_000;

/** Opens a screen on an output. By default, `colours` is "a terminal and NO_COLOR is not set". */
export function openScreen(output: Output, colours = output.isTTY === true && !process.env['NO_COLOR']): Screen {
  // A painted text may come from the provider, so it stays one line.
  const paint = (colour: Colour, text: string): string =>
    colours ? `\u001B[${CODES[colour]}m${printable(text)}\u001B[0m` : printable(text);
  const live = new LiveLine(output);
  const line = (text = ''): void => live.above(`${shownLine(text, colours)}\n`);
  return {
    line,
    lines: (colour, text) =>
      line(
        text
          .split('\n')
          .map((each) => paint(colour, each))
          .join('\n'),
      ),
    paint,
    fact: (name, text) => line(`  ${paint('dim', name.padEnd(FACT_WIDTH))} ${text.replaceAll('\n', ' ')}`),
    async step(named, work) {
      const title = printable(named);
      const began = Date.now();
      let detail = '';
      let lastShown = 0;
      const show = (): void => {
        const elapsed = Date.now() - began;
        const text = `  … ${title}${detail && `: ${detail}`}  ${Math.round(elapsed / 1000)} s`;
        if (live.updates) live.show(text);
        else if (elapsed >= QUIET && Date.now() - lastShown >= REPEAT) {
          lastShown = Date.now();
          line(text);
        }
      };
      if (live.updates) show();
      const timer = setInterval(show, live.updates ? 200 : 500);
      const end = (sign: string): void => {
        clearInterval(timer);
        live.clear();
        line(`  ${sign} ${title}  ${paint('dim', inSeconds(Date.now() - began))}`);
      };
      try {
        const result = await work((text) => {
          detail = text;
        });
        end(paint('green', '✓'));
        return result;
      } catch (error) {
        end(paint('red', '✗'));
        throw error;
      }
    },
  };
}

/** Lets only printable characters, line ends and our own colours reach the terminal. */
function shownLine(text: string, colours: boolean): string {
  // oxlint-disable-next-line no-control-regex -- the colours of `paint`
  const parts = text.split(/(\u001B\[(?:0|1|2|31|32|33)m|\n)/);
  return parts.map((part, at) => (at % 2 === 1 && (colours || part === '\n') ? part : printable(part))).join('');
}

/** Milliseconds as people read them: `0.3 s`, `12.0 s`, `4 min 47 s`. */
export function inSeconds(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The one line at the bottom of a terminal that updates. Other lines are written above it. */
class LiveLine {
  readonly updates: boolean;
  #shown = '';
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
    this.updates = output.isTTY === true;
  }

  show(text: string): void {
    const width = (this.#output.columns ?? 80) - 1;
    this.#shown = printable(stripVTControlCharacters(text)).slice(0, width);
    this.#output.write(`\r\u001B[2K${this.#shown}`);
  }

  clear(): void {
    if (this.#shown) this.#output.write('\r\u001B[2K');
    this.#shown = '';
  }

  above(text: string): void {
    const shown = this.#shown;
    this.clear();
    this.#output.write(text);
    if (shown) this.show(shown);
  }
}
