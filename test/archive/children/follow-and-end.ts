// Follows a request, prints a line when it hears something, and then has nothing more to do. It does not close the archive.
// Arguments: settings of the archive as JSON, the reference of the request.
import { openArchive } from '../../../src/archive/open-archive.js';
import type { ArchiveSettings } from '../../../src/archive/settings.js';

async function run(settings: ArchiveSettings, reference: string): Promise<void> {
  const archive = await openArchive(settings);
  const heard = Promise.withResolvers<void>();
  archive.follow({ flow: 'signature', reference, attempt: 1 }, heard.resolve);
  process.stdout.write('following\n');
  const busy = setInterval(() => {}, 1000);
  await heard.promise;
  clearInterval(busy);
  process.stdout.write('heard\n');
}

const [settings = '', reference = ''] = process.argv.slice(2);
void run(JSON.parse(settings) as ArchiveSettings, reference);
