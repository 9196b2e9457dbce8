import { Disk } from '../../src/archive/files/disk.js';

const disk = new Disk('/srv/videoid');

/** What is said when the operating system answers with this code. */
async function saidOf(code: string): Promise<{ message: string; remedy: string | undefined }> {
  const failing = disk.run(() => Promise.reject(Object.assign(new Error(code), { code, syscall: 'open' })));
  const { message, remedy } = (await failing.catch((error: unknown) => error)) as { message: string; remedy?: string };
  return { message, remedy };
}

test.each([
  ['EROFS', /is read-only/, /^Mount it so that it can be written/],
  ['EACCES', /the user of this process may not/, /to the user of this process/],
  ['EIO', /the disk reports an error/, /system's log/],
  ['ESTALE', /the network file system does not answer/, /server of that file system/],
  ['EMFILE', /too many files open/, /ulimit -n/],
])('%s is told as what it is, with what helps', async (code, words, remedy) => {
  expect(await saidOf(code)).toMatchObject({
    message: expect.stringMatching(words),
    remedy: expect.stringMatching(remedy),
  });
});

test('what leaves a doubt is told with what to check', async () => {
  expect(await saidOf('ELOOP')).toMatchObject({
    message: 'The archive in /srv/videoid cannot be read or written.',
    remedy: expect.stringContaining('hard links'),
  });
});
