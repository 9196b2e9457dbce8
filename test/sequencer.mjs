import Sequencer from '@jest/test-sequencer';

/** Where the tests of a project take long they come first: none of them runs alone at the end. */
const LONGEST_FIRST = ['proof', 'server', 'unit'];

function place({ context }) {
  return LONGEST_FIRST.indexOf(context.config.displayName?.name ?? '');
}

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => place(one) - place(other));
  }
}
