import { describeArchive } from './contract/contract.js';
import { newFolder } from './contract/places.js';

describe('SQLite and a directory:', () => {
  describeArchive(newFolder);
});
