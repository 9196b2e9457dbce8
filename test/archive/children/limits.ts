import { endOf, startChild } from './child.js';

/** Runs a command with files limited to 1 MB. Every POSIX shell can set this limit for itself. */
export const LIMITED_FILES = ['sh', '-c', 'ulimit -f 2048 && exec "$@"', 'sh'];

/** Runs a command in a mount namespace of its own, after a shell command that mounts something there. */
function withMount(mount: string): string[] {
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  return ['unshare', ...namespace, 'sh', '-c', `${mount} && exec "$@"`, 'sh'];
}

/** A small disk if this system lets us mount one, else the limit on files. Both leave too little space. */
export async function withoutRoom(directory: string): Promise<string[]> {
  return (await worked(withMount(`mount -t tmpfs -o size=1m,mode=700 tmpfs '${directory}'`))) ?? LIMITED_FILES;
}

/** What runs a command for which a directory is read-only. Undefined if this system does not let us. */
export async function readOnly(directory: string): Promise<string[] | undefined> {
  return await worked(
    withMount(`mount --bind '${directory}' '${directory}' && mount -o remount,bind,ro '${directory}'`),
  );
}

async function worked(command: string[]): Promise<string[] | undefined> {
  const { code } = await endOf(startChild([...command, 'true'])).catch(() => ({ code: 1 }));
  return code === 0 ? command : undefined;
}
