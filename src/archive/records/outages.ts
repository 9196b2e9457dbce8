import type { Outage, ProviderSystem } from '../../messages/conditions.js';
import { checkedFlow, plainName } from '../names.js';
import type { Notices } from '../notices.js';
import { jsonOf, parsed, read, written } from './content.js';
import { outageSchema } from './record-schemas.js';
import type { Records } from './records.js';

/** Which systems of the provider are out of reach. */
export function outages({ database }: Records): Pick<Notices, 'noteOutage' | 'readOutage' | 'endOutage' | 'outages'> {
  const readOutage = async (system: ProviderSystem): Promise<Outage | undefined> => {
    const { environment, flow } = placeOf(system);
    const row = await database.run((db) =>
      db
        .selectFrom('outages')
        .select('content')
        .where('environment', '=', environment)
        .where('flow', '=', flow)
        .executeTakeFirst(),
    );
    return read(outageSchema, row?.content, 'outages');
  };
  return {
    noteOutage: async (outage) => {
      const noted = await readOutage(outage);
      if (noted?.code === outage.code && gist(noted.words) === gist(outage.words)) return;
      const content = written(outageSchema, { ...outage, since: noted?.since ?? outage.since });
      await database.run((db) =>
        db
          .insertInto('outages')
          .values({ ...placeOf(outage), content })
          .onConflict((conflict) => conflict.columns(['environment', 'flow']).doUpdateSet({ content }))
          .execute(),
      );
    },

    readOutage,

    endOutage: async (system) => {
      const { environment, flow } = placeOf(system);
      await database.run((db) =>
        db.deleteFrom('outages').where('environment', '=', environment).where('flow', '=', flow).execute(),
      );
    },

    outages: async () => {
      const rows = await database.run((db) =>
        db.selectFrom('outages').select('content').orderBy('environment').orderBy('flow').execute(),
      );
      return rows.map(({ content }) => parsed(outageSchema, jsonOf(content), 'outages'));
    },
  };
}

function placeOf({ environment, flow }: ProviderSystem): ProviderSystem {
  return { environment: plainName(environment, 'environment'), flow: checkedFlow(flow) };
}

/** The words without times and numbers, which differ in each try. */
function gist(words: string): string {
  return words.replaceAll(/\w*\d\w*/g, '');
}
