import { catalog } from './rules/catalog.js';
import { fieldValues } from './rules/field-values.js';
import { information } from './rules/file-data.js';
import { pages } from './rules/pages.js';
import { containers, lengths, unchangedObjects } from './rules/structure.js';
import { unusedObjects } from './rules/unused.js';
import type { Step } from './step.js';

/** Explains the objects that it allows an update to write. Throws `Refusal` for something forbidden. */
export type Rule = (step: Step) => Promise<void>;

/** The order matters: rules start from the catalog, and the rule for pages needs to know the added fields. */
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
