import { describeConcurrency } from './contract/concurrency.js';
import { manyConnections, manyProcesses } from './contract/contestants.js';
import { newServers } from './contract/servers.js';

describe('several connections to PostgreSQL and S3:', () => {
  describeConcurrency(newServers, manyConnections, 8);
});

describe('several processes on PostgreSQL and S3:', () => {
  describeConcurrency(newServers, manyProcesses, 3);
});
