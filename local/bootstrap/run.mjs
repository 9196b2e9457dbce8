import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Milliseconds. */
const LOOK_EVERY = 500;

/**
 * Runs a program until it ends. If it fails, the error contains what it printed. If a signal stops us, the program is stopped first.
 * If we are killed, it is stopped too: `sh` then reads the end of its standard input.
 */
export async function run(program, programArgs, folder) {
  const child = spawn(program, programArgs, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.once('close', resolve);
  });
  const tether = ['-c', 'read -r _; kill "$0"', String(child.pid)];
  const guard = child.pid && spawn('sh', tether, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed = (printed + text).slice(-20_000);
    });
  }
  let stoppedBy;
  const stop = (signal) => {
    stoppedBy = signal;
    child.kill();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const code = await ended;
    if (stoppedBy) process.exit(128 + constants.signals[stoppedBy]);
    if (code !== 0) throw new Error(printed.trim() || `${program} ended with code ${code}`);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    guard?.kill('SIGKILL');
  }
}

/** Stops us like a closed terminal does, if npm is killed. Otherwise everything would go on, and nobody would see it. */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGHUP');
  }, LOOK_EVERY);
  looking.unref();
}
