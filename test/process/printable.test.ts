import { assert, property, string } from 'fast-check';
import { openScreen as openLocalScreen } from '../../local/screen.js';
import { openScreen, showFailure } from '../../src/cli/screen.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { printable, printableJson } from '../../src/process/printable.js';

/** One character of every class that a terminal acts on, or shows in another order. */
const CLASSES: [what: string, text: string][] = [
  ['an escape sequence that clears the screen', '\u001B[2J'],
  ['an escape sequence that sets the title', '\u001B]0;title\u0007'],
  ['a link of a terminal', '\u001B]8;;https://evil.example\u001B\\'],
  ['a C1 control sequence introducer', '\u009B31m'],
  ['a C1 operating system command', '\u009D0;x\u009C'],
  ['a next line of C1', '\u0085'],
  ['a line feed', '\n'],
  ['a carriage return', '\rEnded: signed'],
  ['a backspace', 'x\b'],
  ['a bell', '\u0007'],
  ['a tabulator', '\t'],
  ['a NUL', '\u0000'],
  ['a DEL', '\u007F'],
  ['a right-to-left override', '\u202E'],
  ['a left-to-right embedding', '\u202A'],
  ['an isolate', '\u2066'],
  ['an end of an isolate', '\u2069'],
  ['a right-to-left mark', '\u200F'],
  ['an Arabic letter mark', '\u061C'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a byte order mark', '\uFEFF'],
  ['a zero-width space', '\u200B'],
  ['a word joiner', '\u2060'],
  ['a tag', '\u{E0041}'],
  ['an annotation anchor', '\uFFF9'],
  ['half a character', '\uD800'],
];

/** Characters that this process must not send to a terminal, except the end of each line. */
const ACTS = new RegExp(
  String.raw`[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|` +
    String.raw`[\uD800-\uDBFF](?![\uDC00-\uDFFF])|\u{E0041}`,
  'u',
);

let written: string;
beforeEach(() => {
  written = '';
  const take = (text: unknown): boolean => {
    written += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(take);
  jest.spyOn(process.stderr, 'write').mockImplementation(take);
});
afterEach(() => jest.restoreAllMocks());

describe.each(CLASSES)('%s', (_what, unsafe) => {
  const hostile = `before${unsafe}after`;

  it('is shown, and not acted on, in lines for people', () => {
    const screen = openScreen(false);
    screen.answer({}, [hostile]);
    screen.say(hostile);
    expect(written).not.toMatch(ACTS);
    expect(written.match(/\n/g)).toHaveLength(2);
    expect(written).toMatch(/^before\\?.*\\.*after\nbefore/);
  });

  it('is the same in JSON, and written so that a terminal only shows it', () => {
    openScreen(true).answer({ [hostile]: hostile }, []);
    expect(written).not.toMatch(ACTS);
    expect(JSON.parse(written)).toEqual({ [hostile]: hostile });
  });

  it('is shown in a failure, whose further lines are indented', () => {
    const failure = new VideoIdError('PROVIDER_REFUSED', hostile, { remedy: hostile, field: hostile });
    showFailure(false, failure);
    expect(written).not.toMatch(ACTS);
    expect(written.split('\n').slice(1, -1)).toEqual(
      written
        .split('\n')
        .slice(1, -1)
        .map((line) => `  ${line.trimStart()}`),
    );
  });

  it('is shown by the local stack', async () => {
    for (const isTTY of [true, false]) {
      const shown: string[] = [];
      const screen = openLocalScreen({ isTTY, columns: 200, write: (part) => shown.push(part) }, false);
      screen.fact('name', hostile);
      screen.line(screen.paint('yellow', hostile));
      await screen.step(hostile, async (report) => report(hostile)).catch(() => undefined);
      const text = shown.join('').replaceAll('\r\u001B[2K', '');
      expect(text).not.toMatch(ACTS);
      expect(text.split('\n').filter((line) => line.startsWith('after'))).toEqual([]);
    }
  });
});

test('letters, marks, emoji and joiners of every script stay as they are', () => {
  for (const text of ['Señora Müller-Łukasz', 'محمد', 'क्‍ष', '👩‍👩‍👧 ✓ →', 'नमस्ते', 'e\u0301']) {
    expect(printable(text)).toBe(text);
    expect(printableJson(JSON.stringify(text))).toBe(JSON.stringify(text));
  }
});

test('whatever the text, nothing acts, and JSON keeps its value', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(ACTS);
      expect(printable(text)).not.toContain('\n');
      expect(JSON.parse(printableJson(JSON.stringify(text)))).toBe(text);
    }),
    { numRuns: 500, seed: 9 },
  );
});
