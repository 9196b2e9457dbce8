import { catalog } from './rules/catalog.js';
import { fieldValues } from './rules/field-values.js';
import { information } from './rules/file-data.js';
import { pages } from './rules/pages.js';
import { containers, lengths, unchangedObjects } from './rules/structure.js';
import { unusedObjects } from './rules/unused.js';
import type { Step } from './step.js';

/** Explains what an update wrote, as far as it is allowed. Throws `Refusal` for what is not. */
export type Rule = (step: Step) => Promise<void>;

/** In this order: what is seen from above comes first, and pages need to know which fields came along. */
export const POLICY: readonly Rule[] = [
  information,
  catalog,
  lengths,
  containers,
  pages,
  fieldValues,
  unchangedObjects,
  unusedObjects,
];
