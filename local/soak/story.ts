import { emailOf, type Scene } from './scene.js';

/** Everything known about one request, in the order of time. It shows what broke, and the seed repeats it. */
export async function storyOf({ role, at, asking, books }: Scene): Promise<string[]> {
  const lines: { at: number; line: string }[] = [];
  const add = (moment: number, line: string): void => void lines.push({ at: moment, line });
  for (const { at: moment, what } of books.deedsOf(role.reference)) add(moment, `people   ${what}`);
  for (const { at: moment, what } of books.deedsOf('everything')) add(moment, `trouble  ${what}`);
  for (const { pk, history, calls, done } of await at.provider.requestsOf(emailOf(role))) {
    for (const { status, cause, at: moment } of history) add(since(moment), `provider ${pk} ${status} (${cause})`);
    add(Infinity, `provider ${pk} done ${JSON.stringify(done)} calls ${JSON.stringify(calls)}`);
  }
  const status = await asking.look('status', () => at.client.status(role.reference, { flow: role.flow }));
  for (const { at: moment, what, facts, actor } of status?.events ?? []) {
    const words = [actor?.kind, facts === undefined ? undefined : JSON.stringify(facts)].filter(Boolean).join(' ');
    add(since(moment), `request  ${what} ${words}`.trimEnd());
  }
  const first = lines.find(({ line }) => line === 'people   started')?.at ?? 0;
  const last = Math.max(
    ...lines
      .filter(({ line, at: moment }) => !line.startsWith('trouble') && moment < Infinity)
      .map(({ at: moment }) => moment),
  );
  const within = lines.filter(
    ({ at: moment, line }) => !line.startsWith('trouble') || (moment > first - 5000 && moment < last + 10_000),
  );
  return [
    `role     ${JSON.stringify(role)}`,
    ...within
      .toSorted((one, other) => one.at - other.at)
      .map(({ at: moment, line }) => `${moment === Infinity ? '' : (moment / 1000).toFixed(2).padStart(8)} ${line}`),
  ];

  function since(moment: string): number {
    return Date.parse(moment) - books.began;
  }
}
