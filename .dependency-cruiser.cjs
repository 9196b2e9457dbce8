// Which folder may import which, checked by `npm test`:
//   worker -> activities -> uanataca, archive, signatures -> messages
//   gateway, cli -> client -> messages        workflows -> messages        messages -> nothing
// swc reads the imports (TypeScript 7 has no compiler API) and counts type imports too.

/** `folders` import from src/ only themselves and what is named. */
const mayImport = (folders, ...allowed) => ({
  name: `imports-of-${folders.split('|')[0]}`,
  comment: `src/${folders} may import: ${[...allowed, 'itself'].join(', ')}`,
  severity: 'error',
  from: { path: `^src/(${folders})(/|\\.ts$)` },
  to: { path: '^src/', pathNot: [folders, ...allowed].map((name) => `^src/(${name})(/|\\.ts$)`) },
});

/** `folder` is imported by nobody in src/ but `users`. */
const importedBy = (folder, users) => ({
  name: `users-of-${folder}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${folder}${users && `|${users}`})(/|\\.ts$)` },
  to: { path: `^src/${folder}/` },
});

/** Outsiders import only these files of a `folder`. */
const entry = (folder, files) => ({
  name: `entry-of-${folder}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `^src/${folder}/`, pathNot: `^src/${folder}/(${files})\\.ts$` },
});

/** A folder with an entry file, which imports of its neighbours what is named. */
const part = (parent, folder, file, ...neighbours) => [
  entry(`${parent}/${folder}`, file),
  {
    name: `imports-of-${parent}/${folder}`,
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
    mayImport('messages'),
    mayImport('workflows', 'messages'),
    mayImport('workflows/engine', 'messages'),
    mayImport('workflows/guards', 'messages', 'workflows/engine/call-failure'),
    mayImport('network', 'messages'),
    mayImport('http', 'messages', 'network'),
    mayImport('security', 'messages', 'http', 'network'),
    mayImport('logging', 'messages', 'security', 'network'),
    mayImport('uanataca', 'messages', 'security', 'network'),
    mayImport('uanataca/http', 'messages', 'security', 'network'),
    mayImport('uanataca/answers', 'messages', 'uanataca/api', 'uanataca/errors', 'uanataca/http/loss'),
    entry('uanataca/one-shot', 'one-shot|optimizers|assumptions'),
    entry('uanataca/registration-authority', 'registration-authority|registration-authorities|assumptions'),
    mayImport('archive', 'messages', 'security', 'network'),
    mayImport('archive/records/database', 'messages', 'security', 'network', 'archive/files/disk'),
    entry('archive/records/database', 'database|migrate|schema-dialect|trouble|sqlite-trouble'),
    mayImport('signatures', 'messages', 'security'),
    mayImport('signatures/pdf', 'messages'),
    mayImport('signatures/cms', 'messages', 'signatures/reasons'),
    mayImport('signatures/changes', 'messages', 'signatures/pdf', 'signatures/cms'),
    mayImport('signatures/identity', 'messages', 'signatures/reasons'),
    mayImport('signatures/pdf-check', 'messages', 'signatures/pdf'),
    entry('signatures/changes', 'changes-between|change'),
    entry('signatures/verification', 'verification|verifier|verdicts|signed-file'),
    mayImport(
      'config',
      'messages',
      'security',
      'uanataca/one-shot/assumptions',
      'uanataca/registration-authority/assumptions',
    ),
    mayImport('probe', 'messages', 'security', 'config', 'uanataca', 'signatures', 'network', 'http'),
    mayImport('activities', ...BELOW_ACTIVITIES),
    mayImport('activities/engine', ...BELOW_ACTIVITIES),
    mayImport('client', 'messages', 'security', 'logging', 'config', 'temporal', 'archive', 'signatures'),
    mayImport('gateway', 'messages', 'security', 'logging', 'config', 'temporal', 'archive', 'client', 'http', 'process'),
    ...part('client', 'input', 'input'),
    ...part('client', 'running', 'access', 'commands'),
    ...part('client', 'start', 'start', 'input', 'running'),
    ...part('client', 'files', 'files', 'input', 'running'),
    ...part('client', 'orders', 'orders', 'input', 'running', 'files'),
    ...part('client', 'deletion', 'deletion', 'input', 'running'),
    ...part('client', 'look', 'look', 'input', 'running', 'commands', 'left-words'),
    ...part('gateway', 'api', 'routes', 'known-secrets', 'metrics'),
    ...part('gateway', 'webhooks', 'webhooks', 'known-secrets', 'metrics'),
    importedBy('activities', 'worker'),
    importedBy('workflows', ''),
    importedBy('uanataca', 'worker|activities|cli|config|probe'),
    importedBy('probe', 'cli'),
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
