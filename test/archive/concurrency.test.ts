import { describeConcurrency } from './contract/concurrency.js';
import { manyProcesses } from './contract/contestants.js';
import { newFolder } from './contract/places.js';

describe('several processes on SQLite and a directory:', () => {
  describeConcurrency(newFolder, manyProcesses, 4);
});
