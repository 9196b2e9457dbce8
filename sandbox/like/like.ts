import { behaviourLike } from './behaviour.js';
import { Likeness } from './likeness.js';
import { readProbeFile } from './probe-file.js';
import { lackingIn } from './usable.js';
import type { Behaviour } from '../settings/settings.js';

/** A provider to be like. */
export interface Like {
  likeness: Likeness;
  behaviour: Partial<Behaviour>;
  /** What callers will not find in its answers, as sentences. */
  lacks: readonly string[];
}

/** Opens the file that `videoid probe` has written. @throws BadLikeFile */
export function openLike(path: string): Like {
  const file = readProbeFile(path);
  const likeness = new Likeness(file);
  return { likeness, behaviour: behaviourLike(file), lacks: lackingIn(likeness) };
}
