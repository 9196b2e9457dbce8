import type { Archive } from '../archive.js';
import { plainName } from '../names.js';
import { read, written } from './content.js';
import { readNamed, writeNamed } from './named.js';
import { sealedRecordSchema } from './record-schemas.js';
import type { Records } from './records.js';

/** Values that only the holder of the seal key can read. */
export function sealed(records: Records): Pick<Archive, 'writeSealed' | 'readSealed'> {
  return {
    writeSealed: async (key, name, value) => {
      const content = written(sealedRecordSchema, value);
      await writeNamed(records, key, 'sealed', { name: plainName(name), content });
    },

    readSealed: async (key, name) =>
      read(sealedRecordSchema, await readNamed(records, key, 'sealed', plainName(name)), 'sealed'),
  };
}
