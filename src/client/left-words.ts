import type { Tombstone } from '../messages/deletion.js';
import type { Outcome } from '../messages/outcome.js';
import type { Flow } from '../messages/request.js';

/** What is left of a deleted attempt, and who can remove it. One sentence or two for each place. */
export function leftWords(flow: Flow, { files, left }: Pick<Tombstone, 'files' | 'left'>): string[] {
  const { requestPks = [], open, documents = [], temporal } = left ?? {};
  return [
    files > 0 ? [`${files} file(s) could not be removed yet. A worker removes them within a day.`] : [],
    documents.length > 0
      ? [`At the Optimizer: document(s) ${documents.join(', ')}. Delete them in the provider's console.`]
      : [],
    requestPks.length > 0
      ? [
          `At the registration authority: request ${requestPks.join(', ')}, with ${KEPT[flow]}. Ask the authority what it must keep.`,
        ]
      : [],
    open === true
      ? [
          "It is still open there: the signer may go on with it, and this software does not notice. Cancel it in the provider's console.",
        ]
      : [],
    temporal === undefined
      ? []
      : [
          `In Temporal, namespace ${temporal.namespace}: its history, with reasons and notes of orders (encrypted, unless the settings turn that off), ${temporal.until === undefined ? 'until the end of its retention' : `until ${temporal.until}`}.`,
        ],
    ['In backups of the archive, as long as you keep them. Whoever restores one must delete it again.'],
    ['In your own systems: what they took from answers, feed and files. The feed here keeps the reference.'],
  ].flat();
}

const KEPT: Record<Flow, string> = {
  signature: 'its video and certificate',
  enrolment: 'its video, data and certificate',
};

/** What the end of an attempt left at the provider. Empty if nothing is known to be there. */
export function leftAtProvider({ cleanup, leftOpen, notKnown }: Partial<Outcome>): string[] {
  return [
    ...(cleanup === 'pending' ? ['Copies, or the request itself, may still be at the provider.'] : []),
    ...(leftOpen === true
      ? [
          "The request is still open at the provider: the signer may go on with it there, until somebody cancels it in the provider's console.",
        ]
      : []),
    ...(notKnown === true ? [NOT_KNOWN_WORDS] : []),
  ];
}

const NOT_KNOWN_WORDS =
  'The provider did not know the request at that time, so it cannot be reopened. If it should know it, check which Optimizer the settings name.';
