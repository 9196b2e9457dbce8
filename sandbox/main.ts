import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { startSandbox, type SandboxOptions } from './sandbox.js';

interface Flags {
  port: number;
  raPort?: number;
  host: string;
  state: string;
  webhook?: string;
  settings?: string;
  like?: string;
  json?: boolean;
}

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new InvalidArgumentError('0 to 65535');
  return number;
}

function optionalPort(value: string | undefined): number | undefined {
  return value === undefined ? undefined : port(value);
}

/** One plain line per event. Requests appear by number, without personal data or secrets. */
function log(event: string, facts: Record<string, string | number> = {}): void {
  const words = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  process.stderr.write(`${new Date().toISOString()} ${event} ${words.join(' ')}`.trimEnd() + '\n');
}

async function main(flags: Flags): Promise<void> {
  const options: SandboxOptions = { state: flags.state, port: flags.port, host: flags.host, log };
  if (flags.raPort !== undefined) options.raPort = flags.raPort;
  if (flags.webhook !== undefined) options.webhook = flags.webhook;
  if (flags.settings !== undefined) options.settings = JSON.parse(readFileSync(flags.settings, 'utf8')) as unknown;
  if (flags.like !== undefined) options.like = flags.like;
  const sandbox = await startSandbox(options);
  for (const lack of sandbox.lacks) process.stderr.write(`${lack} So callers cannot use the answer.\n`);
  const { url, api, state, roots } = sandbox;
  const ra = sandbox.ra && { listening: sandbox.ra.url, api: sandbox.ra.api, ...sandbox.ra.files };
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ listening: url, api, state, roots, ...(ra && { ra }) })}\n`
      : `The simulated provider listens on ${url} (API ${api}). State: ${state}. Test root: ${roots}\n` +
          (ra === undefined
            ? ''
            : `Registration Authority API ${ra.api}, mutual TLS: ${ra.ca} ${ra.certificate} ${ra.key}\n`),
  );
  // The process that started us then knows that the ports are ours.
  process.send?.('ready', undefined, undefined, () => undefined);
  const stop = (): void => {
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
    log('stopping');
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

const environment = process.env;
new Command('sandbox')
  .description(
    'A simulated provider (One-Shot V2 and Registration Authority): APIs, signer, phone and operator console',
  )
  .option('--port <number>', 'port, 0 for any (SANDBOX_PORT)', port, port(environment['SANDBOX_PORT'] ?? '4010'))
  .option(
    '--ra-port <number>',
    'port of the Registration Authority API, 0 for any; off if absent (SANDBOX_RA_PORT)',
    port,
    optionalPort(environment['SANDBOX_RA_PORT']),
  )
  .option('--host <name>', 'address to listen on (SANDBOX_HOST)', environment['SANDBOX_HOST'] ?? '127.0.0.1')
  .option('--state <folder>', 'folder of the state (SANDBOX_STATE)', environment['SANDBOX_STATE'] ?? '.sandbox')
  .option('--webhook <url>', 'address for callbacks (SANDBOX_WEBHOOK)', environment['SANDBOX_WEBHOOK'])
  .option(
    '--settings <file>',
    'JSON file with some of the settings (SANDBOX_SETTINGS)',
    environment['SANDBOX_SETTINGS'],
  )
  .option(
    '--like <file>',
    'file of `videoid probe`: answer like the provider that it has seen (SANDBOX_LIKE)',
    environment['SANDBOX_LIKE'],
  )
  .option('--json', 'when ready, print one line of JSON')
  .action(async (flags: Flags) => {
    try {
      await main(flags);
    } catch (error) {
      process.stderr.write(`The sandbox cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    }
  })
  .parse();
