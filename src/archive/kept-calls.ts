import { join } from 'node:path';
import type { KeptCall } from '../messages/own-calls.js';
import type { Disk } from './disk.js';
import { checkedRecord, readRecord, recordText } from './record-file.js';
import { keptCallSchema } from './record-schemas.js';

/** `calls/<name>.json`, below the attempt: the calls of ours that decide something at the provider. */
export async function keepCall(disk: Disk, directory: string, name: string, call: KeptCall): Promise<void> {
  await disk.makeDirectory(directory);
  await disk.replace(join(directory, `${name}.json`), recordText(checkedRecord(keptCallSchema, call)));
}

export async function dropCall(disk: Disk, directory: string, name: string): Promise<void> {
  await disk.removeFlushed(join(directory, `${name}.json`));
}

export async function readCall(disk: Disk, directory: string, name: string): Promise<KeptCall | undefined> {
  return await readRecord(disk, join(directory, `${name}.json`), keptCallSchema);
}

export async function readCalls(disk: Disk, directory: string): Promise<KeptCall[]> {
  const calls: KeptCall[] = [];
  for (const file of (await disk.list(directory)) ?? []) {
    const name = /^([\w-][\w.-]*)\.json$/.exec(file)?.[1];
    const call = name === undefined ? undefined : await readCall(disk, directory, name);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}
