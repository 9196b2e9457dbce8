import { readCms } from './cms.js';
import { FileBytes } from './file-bytes.js';
import { readContents, scanSignatures } from './signature-dictionary.js';
import { checkSigner } from './signer-check.js';

/** The certificate, DER, of whoever made the newest signature of a PDF; undefined where there is none that can be read. */
export async function newestSignerCertificate(path: string): Promise<Buffer | undefined> {
  return FileBytes.with(path, async (file) => {
    const signatures = (await scanSignatures(file)).signatures.filter(({ kind }) => kind === 'signature');
    const newest = signatures.toSorted((one, other) => other.end - one.end)[0];
    const contents = newest && (await readContents(file, newest));
    if (contents === undefined) return undefined;
    try {
      return (await checkSigner(readCms(contents), async () => Buffer.alloc(0))).certificate?.x509.raw;
    } catch {
      return undefined;
    }
  });
}
