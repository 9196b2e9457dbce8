import { Transform } from 'node:stream';
import type { FileDigest, StorableFile } from '../../archive/archive.js';
import { holdErrors } from '../../archive/stored-stream.js';
import { overridePolicy } from '../../config/policy.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Policy } from '../../messages/policy.js';
import type { RequestKey } from '../../messages/request.js';
import type { PdfStream } from '../../uanataca/http/pdf-stream.js';
import type { Dependencies } from './dependencies.js';

/** How large a file of the provider may be, and the setting that says so. */
export interface DownloadLimit {
  /** Bytes. */
  maximum: number;
  setting: keyof Policy['download'];
}

/** The limits of a request: those it was started with, or those of the settings now where somebody has raised them since. */
export function downloadLimits({ config }: Pick<Dependencies, 'config'>, key: RequestKey, atStart: Policy['download']) {
  const { download: now } = overridePolicy(
    config.policy,
    config.registrationAuthorities[key.registrationAuthority]?.policy,
  );
  const of = (setting: DownloadLimit['setting']): number => Math.max(atStart[setting], now[setting]);
  return {
    contract: { maximum: of('maximumContract'), setting: 'maximumContract' } as DownloadLimit,
    /** @param uploaded bytes of the document as it went up */
    signed: (uploaded: number): DownloadLimit => ({
      maximum: uploaded + of('maximumGrowth'),
      setting: 'maximumGrowth',
    }),
  };
}

/**
 * Stores what the provider hands out.
 *
 * @throws VideoIdError DOWNLOAD_TOO_LARGE as soon as it is larger than the limit; nothing of it is kept then
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
    `${what} of the provider is larger than the ${maximum} bytes allowed.`,
    {
      field: `policy.download.${setting}`,
      remedy: `If it may be that large, raise policy.download.${setting} in the settings of the workers, restart them, then retry.`,
      facts: size === undefined ? { maximum } : { maximum, size },
    },
  );
}
