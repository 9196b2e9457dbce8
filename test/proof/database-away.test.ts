import { databaseAway } from './database-away.js';

describe('a database that is away for a minute while 200 requests run', () => {
  databaseAway(60_000);
});
