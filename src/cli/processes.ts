import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import { tellReady } from '../process/ready.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { readSettings } from './session.js';

/** `videoid worker`, `gateway`, `codec-server`, `sandbox`: runs one process until SIGTERM or Ctrl-C. */
export function processCommands(program: Command): void {
  define(program, 'worker', 'run a worker, which carries out requests', async ({ screen }) => {
    const config = await readSettings(screen);
    const { main } = await import('../worker.js');
    await main(config);
  });
  define<{ only?: 'webhooks' }>(program, 'gateway', 'run the gateway: webhook bridge and HTTP API', async (call) => {
    // Checked here too. The gateway reads the settings itself.
    await readSettings(call.screen);
    const { main } = await import('../gateway.js');
    await main(call.flags);
  }).addOption(
    new Option('--only <part>', 'run only the webhook bridge, without keys and documents').choices(['webhooks']),
  );
  codecServerCommand(program);
  sandboxCommand(program);
}

function codecServerCommand(program: Command): void {
  define(
    program,
    'codec-server',
    'run the codec server: the Temporal UI then shows encrypted data. Anybody who reaches it can read that data',
    async ({ screen }) => {
      const config = await readSettings(screen);
      const { loadKeyRing } = await import('../security/keys.js');
      const { processName } = await import('../security/key-failures.js');
      const { EncryptionCodec } = await import('../security/payload-codec.js');
      const { startCodecServer } = await import('../security/codec-server.js');
      const codec = new EncryptionCodec(await loadKeyRing(config.keys.codec), processName('codec server'));
      const server = await startCodecServer({ codec, ...config.codecServer });
      screen.answer({ url: server.url }, [`The codec server listens on ${server.url}`]);
      tellReady();
      screen.say('Set this address in the Temporal UI as codec server endpoint. Ctrl-C stops the server.');
      const forgotten = await leaveRecord(config, server.url);
      await stopSignal();
      await server.close();
      await forgotten();
    },
  );
}

/** Tells about the codec server in the archive, if this machine has it. Returns how to end that. */
async function leaveRecord(config: Config, url: string): Promise<() => Promise<void>> {
  const { openArchive } = await import('../archive/open-archive.js');
  const { keepRecord, ownRecord } = await import('../process/own-record.js');
  try {
    const archive = await openArchive(config.archive);
    const stop = new AbortController();
    const kept = keepRecord(archive.notices, await ownRecord(config, 'codec-server', new URL(url).host), {
      signal: stop.signal,
    });
    return async () => {
      stop.abort();
      await kept;
      await archive.close();
    };
  } catch (error) {
    if (error instanceof VideoIdError) return async () => undefined;
    throw error;
  }
}

function sandboxCommand(program: Command): void {
  define(
    program,
    'sandbox [options...]',
    'run the simulated provider; its options come after `--`, see `videoid sandbox -- --help`',
    async ({ operands }) => {
      const main = fileURLToPath(new URL('../../sandbox/main.js', import.meta.url));
      if (!existsSync(main)) {
        throw new VideoIdError('SETUP_FAILED', 'The sandbox is not part of this installation.', {
          remedy: 'Run it from a clone of the project, after `npm run build`.',
        });
      }
      // A separate process, so that no code of the sandbox runs in ours.
      const child = spawn(process.execPath, [main, ...operands], { stdio: 'inherit' });
      // Ctrl-C reaches the child by itself. We only wait for its end.
      process.on('SIGINT', () => undefined);
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', resolve);
      });
      return code === 0 ? EXIT.done : EXIT.failed;
    },
  );
}

async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
