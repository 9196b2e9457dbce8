import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The state `LISTEN` in `/proc/net/tcp`. */
const LISTEN = '0A';

/**
 * A sentence that names the process that listens on a TCP port of this machine. Empty if it cannot be found: on other systems than
 * Linux, and where it belongs to another user or container.
 *
 * @example
 * holderOf(7280); // ' It is process 4711 (/opt/videoid-worker/dist/src/worker.js).'
 */
export function holderOf(port: number): string {
  try {
    const sockets = listeningSockets(port);
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && hasOneOf(name, sockets));
    return pid === undefined ? '' : ` It is process ${pid} (${programOf(pid)}).`;
  } catch {
    return '';
  }
}

function listeningSockets(port: number): Set<string> {
  const inHex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'));
  const found = lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${inHex}`) === true ? [`socket:[${inode}]`] : [];
  });
  return new Set(found);
}

function hasOneOf(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(targetOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false; // it belongs to another user, or has just ended
  }
}

/** Empty for a file that was closed meanwhile. The others of the process still count. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return '';
  }
}

/** The script that Node runs, or the program. Not its arguments, which may be secret. */
function programOf(pid: string): string {
  const [program = '', script = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return /\bnode$/.test(program) && script !== '' && !script.startsWith('-') ? script : program;
}
