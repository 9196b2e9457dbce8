import { z } from 'zod';
import type { RequestPk, VideoidPk } from '../messages/request.js';

/** Ids arrive as numbers or as strings (§4.1, §8.2). */
export const id = z
  .union([z.int(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/));

/** The provider's id of a VideoID, from outside. Throws `ZodError` for what cannot be one. */
export const videoidPk = id.transform((value) => value as VideoidPk);

/** The provider's id of a request, from outside. Throws `ZodError` for what cannot be one. */
export const requestPk = id.transform((value) => value as RequestPk);
