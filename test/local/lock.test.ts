import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockState, StateInUse, tryLock } from '../../local/lock.js';
import { DIST } from '../../local/project.js';

describe('the lock of a state folder', () => {
  let folder: string;
  let other: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => {
    other?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('refuses a second start, names the first one, and says what to do', async () => {
    other = await holdElsewhere();
    const refused = refusal();
    expect(refused).toBeInstanceOf(StateInUse);
    expect(refused.message).toContain(`${folder} (process ${other.pid})`);
    expect(refused.remedy).toContain(`kill ${other.pid}`);
    expect(refused.remedy).toContain(`VIDEOID_STATE=${folder}-2 npm start`);
  });

  it('is free when its owner was killed', async () => {
    other = await holdElsewhere();
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(() => lockState(folder).release()).not.toThrow();
  });

  it('is free again when it was released', () => {
    const lock = lockState(folder);
    expect(refusal()).toBeInstanceOf(StateInUse);
    lock.release();
    lockState(folder).release();
  });

  it('names nobody who has ended', () => {
    const lock = tryLock(join(folder, 'start.lock'));
    writeFileSync(join(folder, 'start.pid'), '4194304999\n');
    expect(refusal().message).toContain(`in ${folder}. Nothing`);
    lock?.release();
  });

  async function holdElsewhere(): Promise<ChildProcess> {
    const script = `
      const { lockState } = await import(${JSON.stringify(join(DIST, 'local', 'lock.js'))});
      lockState(${JSON.stringify(folder)});
      process.send('held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return child;
  }

  function refusal(): StateInUse {
    try {
      lockState(folder).release();
    } catch (error) {
      return error as StateInUse;
    }
    throw new Error('It was not refused.');
  }
});
