import { VideoIdError } from './failures.js';

/** The error for a field that no request has. */
export function unknownField(name: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', `A request has no field "${name}".`, {
    field: name,
    remedy: 'Use the provider’s names of fields; `videoid profiles` lists them.',
  });
}
