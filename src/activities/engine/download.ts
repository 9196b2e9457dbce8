import { Transform } from 'node:stream';
import type { FileDigest, StorableFile } from '../../archive/archive.js';
import { holdErrors } from '../../archive/files/stored-stream.js';
import { overridePolicy } from '../../config/policy.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Policy } from '../../messages/policy.js';
import type { RequestKey } from '../../messages/request.js';
import type { PdfStream } from '../../uanataca/http/pdf-stream.js';
import type { Dependencies } from './dependencies.js';

/** The largest allowed file of the provider, and the setting that says so. */
export interface DownloadLimit {
  /** Bytes. */
  maximum: number;
  setting: keyof Policy['download'];
}

/** The limits of a request: the higher of those at its start and those in the settings now. */
export function downloadLimits({ config }: Pick<Dependencies, 'config'>, key: RequestKey, atStart: Policy['download']) {
  const { download: now } = overridePolicy(
    config.policy,
    config.registrationAuthorities[key.registrationAuthority]?.policy,
  );
  const of = (setting: DownloadLimit['setting']): number => Math.max(atStart[setting], now[setting]);
  return {
    contract: { maximum: of('maximumContract'), setting: 'maximumContract' } as DownloadLimit,
    /** @param uploaded bytes of the uploaded document */
    signed: (uploaded: number): DownloadLimit => ({
      maximum: uploaded + of('maximumGrowth'),
      setting: 'maximumGrowth',
    }),
  };
}

/**
 * Stores a file from the provider.
 *
 * @throws VideoIdError DOWNLOAD_TOO_LARGE as soon as the file exceeds the limit; nothing of it is kept
 */
export async function storeDownload(
  { archive }: Pick<Dependencies, 'archive'>,
  key: RequestKey,
  file: StorableFile,
  { stream, size }: PdfStream,
  limit: DownloadLimit,
): Promise<FileDigest> {
  if (size !== undefined && size > limit.maximum) {
    stream.destroy();
    throw tooLarge(limit, size);
  }
  let seen = 0;
  const bounded = new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      seen += piece.length;
      if (seen > limit.maximum) done(tooLarge(limit));
      else done(null, piece);
    },
  });
  holdErrors(bounded);
  stream.once('error', (error) => bounded.destroy(error));
  bounded.once('close', () => stream.destroy());
  return await archive.storeFile(key, file, stream.pipe(bounded), { expectedBytes: size });
}

function tooLarge({ maximum, setting }: DownloadLimit, size?: number): VideoIdError {
  const what = setting === 'maximumContract' ? 'The contract' : 'A signed document';
  return new VideoIdError(
    'DOWNLOAD_TOO_LARGE',
    `${what} from the provider is larger than the allowed ${maximum} bytes.`,
    {
      field: `policy.download.${setting}`,
      remedy: `If files may be that large, raise policy.download.${setting} in the settings of the workers. Restart them, then retry.`,
      facts: size === undefined ? { maximum } : { maximum, size },
    },
  );
}
