import { describeKills } from './contract/kills.js';
import { newServers } from './contract/servers.js';

describe('a process killed between any two statements and calls', () => {
  describeKills(newServers, 37);
});
