/** Shows a step: one line that updates on a terminal, else plain lines. It prints like `local/screen.ts`, which is not compiled yet. */
export async function step(screen, title, work) {
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  let detail = '';
  let shown = 0;
  const show = () => {
    const line = `  … ${title}${detail && `: ${detail}`}  ${Math.round((Date.now() - began) / 1000)} s`;
    if (screen.isTTY) screen.write(`\r\u001B[2K${line.slice(0, (screen.columns ?? 80) - 1)}`);
    else if (Date.now() - shown > 10_000) {
      screen.write(`${line}\n`);
      shown = Date.now();
    }
  };
  if (screen.isTTY) show();
  const wait = setInterval(() => Date.now() - began >= 2000 && show(), screen.isTTY ? 200 : 1000);
  const end = (sign) => {
    clearInterval(wait);
    screen.write(`${screen.isTTY ? '\r\u001B[2K' : ''}  ${sign} ${title}  ${seconds()}\n`);
  };
  try {
    const result = await work((text) => (detail = text));
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}
