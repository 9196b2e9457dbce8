import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { createLogger } from '../../src/logging/logger.js';
import { SDK_TEXTS } from '../../src/logging/sdk-texts.js';
import { installRuntime, temporalLogger } from '../../src/logging/temporal.js';

const CANARY = 'canary-failure-Xw93hTq6Dk1v';

function listen() {
  let written = '';
  const logger = createLogger({
    process: 'worker',
    level: 'trace',
    destination: { write: (line) => (written += line) },
  });
  return {
    logger,
    sdk: temporalLogger(logger),
    text: () => written,
    lines: () =>
      written
        .split('\n')
        .filter(Boolean)
        .map((line): Record<string, unknown> => JSON.parse(line)),
  };
}

describe("the SDK's log", () => {
  it('says which activity failed and how, not the failure message', () => {
    const { sdk, text, lines } = listen();
    const cause = ApplicationFailure.create({
      type: 'PROVIDER_REFUSED',
      message: CANARY,
      details: [{ words: CANARY }],
    });
    const error = new ActivityFailure(CANARY, 'approve', '3', RetryState.MAXIMUM_ATTEMPTS_REACHED, 'worker', cause);
    sdk.warn('Activity failed', {
      sdkComponent: 'worker',
      workflowId: 'signature-offer-7',
      runId: '0199f7a2-73fe-7d7c-8c33-4a5a4d5e1f00',
      activityType: 'approve',
      activityId: '3',
      attempt: 2,
      taskQueue: 'videoid',
      namespace: 'default',
      durationMs: 12,
      error,
      task: { input: CANARY },
      options: CANARY,
    });
    expect(text()).not.toContain(CANARY);
    expect(lines()[0]).toMatchObject({
      level: 'warn',
      message: 'Activity failed',
      workflowId: 'signature-offer-7',
      runId: '0199f7a2-73fe-7d7c-8c33-4a5a4d5e1f00',
      activityType: 'approve',
      attempt: 2,
      taskQueue: 'videoid',
      error: { type: 'ActivityFailure', cause: { type: 'ApplicationFailure', code: 'PROVIDER_REFUSED' } },
    });
    expect(Object.keys(lines()[0] ?? {})).not.toEqual(expect.arrayContaining(['task']));
  });

  it('keeps the fixed beginning of a text and cuts the data off', () => {
    const { sdk, text, lines } = listen();
    sdk.error(`Error while processing ActivityTask.start: ${CANARY}`, { task: JSON.stringify({ input: CANARY }) });
    sdk.error(`Workflow Worker Thread failed: Error: ${CANARY}`, new Error(CANARY));
    expect(text()).not.toContain(CANARY);
    expect(lines().map((line) => line['message'])).toEqual([
      'Error while processing ActivityTask.start',
      'Workflow Worker Thread failed',
    ]);
  });

  it('withholds a text it does not know, and says that there was one', () => {
    const { sdk, text, lines } = listen();
    for (const level of ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const) {
      sdk.log(level, `signer ${CANARY}`, { sdkComponent: 'workflow', workflowId: 'signature-offer-7' });
    }
    expect(text()).not.toContain(CANARY);
    expect(lines().map((line) => [line['level'], line['message'], line['workflowId']])).toEqual(
      ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
        level,
        'a message of the Temporal SDK, withheld',
        'signature-offer-7',
      ]),
    );
  });

  it("of the Rust core's errors keeps the gRPC status", () => {
    const { sdk, text, lines } = listen();
    const error = `Status { code: Unavailable, message: "${CANARY}", details: b"" }`;
    sdk.warn('gRPC call poll_workflow_task_queue retried 5 times', {
      sdkComponent: 'core',
      target: 'temporalio_client::retry',
      error,
    });
    expect(text()).not.toContain(CANARY);
    expect(lines()[0]).toMatchObject({
      message: 'gRPC call',
      grpcCode: 'Unavailable',
      target: 'temporalio_client::retry',
    });
  });

  it('is known by texts that the installed SDK really has', () => {
    const sources = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/core-bridge']
      .map((name) => dirname(require.resolve(`${name}/package.json`)))
      .flatMap((directory) =>
        readdirSync(directory, { recursive: true, encoding: 'utf8' })
          .filter((file) => /(?:^|\/)src\/.*\.(?:ts|rs)$/.test(file))
          .map((file) => readFileSync(join(directory, file), 'utf8')),
      )
      .join('\n')
      // Texts that the sources break over lines.
      .replaceAll(/\\\n\s*/g, '')
      .replaceAll(/`\s*\+\s*`|\n(?!\s)/g, ' ');
    expect(SDK_TEXTS.filter((text) => !sources.includes(text))).toEqual([]);
  });
});

describe('the runtime', () => {
  it('is installed once per process, with our log', async () => {
    const { logger, lines } = listen();
    installRuntime(logger);
    const first = Runtime.instance();
    installRuntime(listen().logger);
    expect(Runtime.instance()).toBe(first);
    first.logger.error(`Worker failed`, { error: new Error(CANARY) });
    first.flushLogs();
    expect(lines()[0]).toMatchObject({ message: 'Worker failed', error: { type: 'Error' } });
    await first.shutdown();
  });
});
