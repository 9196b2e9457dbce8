import { openArchive } from '../../src/archive/open-archive.js';
import { freshDatabase } from '../installation/shared-servers.js';
import { newDirectory, removeDirectories } from './sample-start.js';

afterAll(removeDirectories);

it('an empty PostgreSQL database has no archive, and gets one as `videoid setup` makes it', async () => {
  process.env['SETUP_TEST_DATABASE'] = await freshDatabase();
  const settings = { directory: await newDirectory(), database: 'env:SETUP_TEST_DATABASE', reserve: 0 };
  const none = expect.objectContaining({
    code: 'ARCHIVE_UNAVAILABLE',
    field: 'archive.database',
    remedy: expect.stringContaining('videoid setup'),
    facts: { reason: 'no archive' },
  });
  await expect(openArchive(settings)).rejects.toEqual(none);
  await expect(openArchive(settings, { migrate: true })).rejects.toEqual(none);
  const made = await openArchive(settings, { create: true });
  await made.assertUsable();
  await made.close();
  const again = await openArchive(settings, { migrate: true });
  expect(again.id).toBe(made.id);
  await again.close();
});
