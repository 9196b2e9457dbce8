import { inSeconds, openScreen } from '../../local/screen.js';

describe('the screen', () => {
  it('shows a step that has ended, with its time', async () => {
    const { screen, shown } = open();
    expect(await screen.step('compiling', async () => 42)).toBe(42);
    expect(shown()).toMatch(/^ {2}✓ compiling {2}\d+\.\d s\n$/);
  });

  it('shows a step that did not succeed, and passes its error on', async () => {
    const { screen, shown } = open();
    await expect(screen.step('compiling', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(shown()).toMatch(/^ {2}✗ compiling/);
  });

  it('shows our own text of several lines as lines, and a painted text as one', () => {
    const { screen, shown } = open();
    screen.lines('red', 'It failed.\nTry again.');
    screen.line(screen.paint('red', 'a name\nwith a line end'));
    expect(shown()).toBe('It failed.\nTry again.\na name\\nwith a line end\n');
  });

  it('writes no control characters to a pipe', async () => {
    const { screen, shown } = open();
    await screen.step('compiling', async (report) => report('1 of 2'));
    screen.fact('gateway', screen.paint('bold', 'http://127.0.0.1:7281'));
    expect(shown()).not.toContain('\u001B');
  });

  it('keeps one updating line at the bottom of a terminal and writes others above it', async () => {
    const { screen, shown } = open({ isTTY: true, columns: 40 });
    await screen.step('compiling', async () => screen.line('a word'));
    const [live, word, again] = shown().split('\r\u001B[2K').filter(Boolean);
    expect(live).toContain('… compiling');
    expect(word).toBe('a word\n');
    expect(again).toContain('… compiling');
  });

  it.each([
    [340, '0.3 s'],
    [12_000, '12.0 s'],
    [287_000, '4 min 47 s'],
    [119_900, '2 min 0 s'],
  ])('says %d milliseconds as %s', (milliseconds, words) => {
    expect(inSeconds(milliseconds)).toBe(words);
  });
});

function open(terminal: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const screen = openScreen({ ...terminal, write: (text) => written.push(text) });
  return { screen, shown: () => written.join('') };
}
