// The arrows of the house, kept by `npm test`:
//   worker -> activities -> uanataca, archive, signatures -> messages
//   gateway, cli -> client -> messages        workflows -> messages        messages -> nothing
// swc reads the imports (TypeScript 7 has no compiler API) and counts type imports too.

/** `folders` import from src/ only themselves and what is named. */
const arrow = (folders, ...allowed) => ({
  name: `arrows-of-${folders.split('|')[0]}`,
  comment: `src/${folders} may import: ${[...allowed, 'itself'].join(', ')}`,
  severity: 'error',
  from: { path: `^src/(${folders})(/|\\.ts$)` },
  to: { path: '^src/', pathNot: [folders, ...allowed].map((name) => `^src/(${name})(/|\\.ts$)`) },
});

/** `folder` is imported by nobody in src/ but `users`. */
const reached = (folder, users) => ({
  name: `users-of-${folder}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${folder}${users && `|${users}`})(/|\\.ts$)` },
  to: { path: `^src/${folder}/` },
});

/** Outsiders import only these files of a `folder`. */
const door = (folder, files) => ({
  name: `door-of-${folder}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `^src/${folder}/`, pathNot: `^src/${folder}/(${files})\\.ts$` },
});

/** A folder with a door, which imports of its neighbours what is named. */
const room = (parent, folder, file, ...neighbours) => [
  door(`${parent}/${folder}`, file),
  {
    name: `arrows-of-${parent}/${folder}`,
    comment: `src/${parent}/${folder} may import of src/${parent}: ${[...neighbours, 'itself'].join(', ')}`,
    severity: 'error',
    from: { path: `^src/${parent}/${folder}/` },
    to: {
      path: `^src/${parent}/`,
      pathNot: [folder, ...neighbours].map((name) => `^src/${parent}/(${name})(/|\\.ts$)`),
    },
  },
];

/** Packages a part must do without. */
const without = (folders, packages) => ({
  name: `packages-of-${folders.split('|')[0]}`,
  severity: 'error',
  from: { path: `^src/(${folders})/` },
  to: { path: packages },
});

const BELOW_ACTIVITIES = ['messages', 'security', 'logging', 'config', 'uanataca', 'archive', 'signatures'];

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'sandbox-stands-alone',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(src|local|test)/' },
    },
    { name: 'src-stands-alone', severity: 'error', from: { path: '^src/' }, to: { path: '^(sandbox|local|test)/' } },
    arrow('messages'),
    arrow('workflows', 'messages'),
    arrow('workflows/engine', 'messages'),
    arrow('workflows/guards', 'messages', 'workflows/engine/call-failure'),
    arrow('security', 'messages'),
    arrow('logging', 'messages', 'security'),
    arrow('uanataca', 'messages', 'security'),
    arrow('uanataca/http', 'messages', 'security'),
    arrow('uanataca/answers', 'messages', 'uanataca/api', 'uanataca/errors', 'uanataca/http/loss'),
    door('uanataca/one-shot', 'one-shot|optimizers|assumptions'),
    door('uanataca/registration-authority', 'registration-authority|registration-authorities|assumptions'),
    arrow('archive', 'messages', 'security'),
    arrow('signatures', 'messages', 'security'),
    arrow('signatures/pdf', 'messages'),
    arrow('signatures/cms', 'messages', 'signatures/reasons'),
    arrow('signatures/changes', 'messages', 'signatures/pdf', 'signatures/cms'),
    arrow('signatures/identity', 'messages', 'signatures/reasons'),
    arrow('signatures/pdf-check', 'messages', 'signatures/pdf'),
    door('signatures/changes', 'changes-between|change'),
    door('signatures/verification', 'verification|verifier|verdicts|signed-file'),
    arrow(
      'config',
      'messages',
      'security',
      'uanataca/one-shot/assumptions',
      'uanataca/registration-authority/assumptions',
    ),
    arrow('activities', ...BELOW_ACTIVITIES),
    arrow('activities/engine', ...BELOW_ACTIVITIES),
    arrow('client', 'messages', 'security', 'logging', 'config', 'temporal', 'archive', 'signatures'),
    arrow('gateway', 'messages', 'security', 'logging', 'config', 'temporal', 'archive', 'client', 'process'),
    ...room('client', 'input', 'input'),
    ...room('client', 'running', 'access'),
    ...room('client', 'start', 'start', 'input', 'running'),
    ...room('client', 'files', 'files', 'input', 'running'),
    ...room('client', 'orders', 'orders', 'input', 'running', 'files'),
    ...room('client', 'look', 'look', 'running', 'commands'),
    ...room('gateway', 'api', 'routes', 'body', 'known-secrets', 'metrics'),
    ...room('gateway', 'webhooks', 'webhooks', 'body', 'known-secrets', 'metrics'),
    reached('activities', 'worker'),
    reached('workflows', ''),
    reached('uanataca', 'worker|activities|cli|config'),
    without('messages', 'node_modules'),
    {
      name: 'messages-and-workflows-know-no-node',
      severity: 'error',
      from: { path: '^src/(messages|workflows)/' },
      to: { dependencyTypes: ['core'] },
    },
    without('workflows', 'node_modules/(?!@temporalio/(workflow|common)/)'),
    without('uanataca|archive|signatures', 'node_modules/@temporalio'),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
