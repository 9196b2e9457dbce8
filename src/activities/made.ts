import { createMark } from '../archive/marks.js';
import type { SignatureActivities } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { Dependencies } from './engine/dependencies.js';

/** What came of creates that the end of a signature request or an enrolment cut off. */
export function made({ archive }: Dependencies): SignatureActivities['made'] {
  return async (key, { since, round }) => {
    const known = await archive.readProvider(key);
    if (known && (since === 1 || (known.round ?? 0) >= since)) {
      const { requestPk, videoidPk } = known;
      return { ids: { requestPk, ...defined({ videoidPk }) } };
    }
    const cards = (await archive.cards(key)).filter((card) => card.round >= since).map(({ sn }) => sn);
    const rounds = Array.from({ length: round - since + 1 }, (_, index) => since + index);
    for (const sent of key.flow === 'signature' ? rounds : cards)
      if (await archive.hasMark(key, createMark(sent))) return { inDoubt: true };
    return {};
  };
}
