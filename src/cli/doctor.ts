import type { Command } from 'commander';
import type { Config } from '../config.js';
import { withMoments } from '../messages/moments.js';
import type { Check } from './checks/check.js';
import type { EnvironmentStanding } from './checks/probes.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { columns } from './layout.js';
import { progressOf, type Screen } from './screen.js';
import { readSettings } from './session.js';

/** `videoid doctor`: finds problems that would show only at the last step of a request. It changes no request. */
export function doctorCommand(program: Command): void {
  define(
    program,
    'doctor',
    'check settings, archive, keys, every secret, Temporal, worker, each Optimizer and Registration Authority; changes no request',
    async ({ screen }) => {
      const { check } = await import('./checks/check.js');
      const checks: Check[] = [];
      let standings: EnvironmentStanding[] = [];
      const settings = await check('settings', async () => {
        await readSettings(screen);
        return { words: 'usable' };
      });
      checks.push(settings);
      if (settings.state === 'ok') {
        const config = await readSettings(screen);
        const { archiveChecks } = await import('./checks/archive.js');
        const { secretChecks } = await import('./checks/secrets.js');
        const { temporalChecks } = await import('./checks/temporal.js');
        const { callbackChecks } = await import('./checks/callbacks.js');
        const { processChecks } = await import('./checks/processes.js');
        const { providerChecks } = await import('./checks/provider.js');
        const { enrolmentChecks } = await import('./checks/registration-authority.js');
        const { probeChecks } = await import('./checks/probes.js');
        checks.push(...(await screen.during('Looking at the archive', archiveChecks(config))));
        checks.push(...(await screen.during('Reading keys and secrets', secretChecks(config))));
        checks.push(...(await screen.during('Asking Temporal', temporalChecks(config))));
        const comparable = checks.every(({ name, state }) => state !== 'fail' || !REQUESTS_NEED.has(name));
        const requests = comparable ? await comparedRequests(screen, config) : { checks: [], withoutCard: [] };
        checks.push(...requests.checks);
        checks.push(...(await screen.during('Comparing the running processes', processChecks(config))));
        checks.push(...(await screen.during('Looking at callbacks', callbackChecks(config))));
        checks.push(...(await screen.during('Asking the Optimizers', providerChecks(config))));
        checks.push(
          ...(await screen.during(
            'Asking the Registration Authorities',
            enrolmentChecks(config, requests.withoutCard),
          )),
        );
        const probes = await probeChecks(config, Date.now());
        checks.push(...probes.checks);
        standings = probes.standings;
      }
      const { standingLines, standingView } = await import('./standing-words.js');
      const lines = [...linesOf(checks), '', ...standingLines(standings), '', summaryOf(checks)];
      screen.answer({ checks, ...standingView(standings) }, lines);
      return checks.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.done;
    },
  );
}

/** Without these, requests cannot be compared. */
const REQUESTS_NEED = new Set(['archive', 'Temporal', 'namespace', 'search attributes', 'codec keys']);

/** @returns also the registration authorities of the enrolments that got no scratchcard, one for each */
async function comparedRequests(
  screen: Screen,
  config: Config,
): Promise<{ checks: Check[]; withoutCard: (string | undefined)[] }> {
  const { VideoIdClient } = await import('../client.js');
  const { requestChecks } = await import('./checks/requests.js');
  const client = await VideoIdClient.connect(config, { mayOnlyRead: true });
  const { words, onProgress } = progressOf('Comparing the archive with Temporal');
  try {
    const checks = await screen.during(words, requestChecks(config, client, onProgress));
    const { requests } = await client.list({ code: 'NO_SCRATCHCARD_LEFT', limit: 1000 });
    return { checks, withoutCard: requests.map(({ registrationAuthority }) => registrationAuthority) };
  } finally {
    await client.close();
  }
}

function linesOf(checks: readonly Check[]): string[] {
  const heads = columns(checks.map(({ state, name }) => [state.padEnd(4), name, '']));
  const width = Math.max(...heads.map((head) => head.length));
  return checks.flatMap(({ words, remedy }, at) => {
    const head = (heads[at] ?? '').padEnd(width);
    const [first = '', ...rest] = withMoments(words).split('\n');
    const indent = ' '.repeat(width + 2);
    return [
      `${head}  ${first}`,
      ...rest.map((line) => `${indent}${line}`),
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
    ];
  });
}

function summaryOf(checks: readonly Check[]): string {
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warned = checks.filter(({ state }) => state === 'warn').length;
  if (failed > 0) return `${failed} of ${checks.length} checks failed.`;
  return warned > 0 ? `Ready, with ${warned} warning(s).` : 'Ready.';
}
