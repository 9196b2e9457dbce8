import { databaseAway } from './database-away.js';

describe('a database that is away for ten minutes while 200 requests run', () => {
  databaseAway(600_000);
});
