import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { holderOf } from '../../src/network/port-holder.js';

test('who listens on a port is named by process and program, without its arguments', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const named = ` It is process ${process.pid} (${process.argv[1]}).`;
  expect(holderOf(port)).toBe(process.platform === 'linux' ? named : '');
  server.close();
  await once(server, 'close');
  expect(holderOf(port)).toBe('');
});
