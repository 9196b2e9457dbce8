import { verbCommand } from '../../src/client/commands.js';

test.each([
  [undefined, '--field NAME=VALUE --document FILE'],
  [['title', 'organization_name'], '--field title=VALUE --field organization_name=VALUE'],
  [['title', 'DOCUMENTS_MISSING'], '--field title=VALUE --document FILE'],
  [['DOCUMENTS_MISSING'], '--document FILE'],
])('the command that provides %j', (missing, flags) => {
  const place = { reference: 'person-17', attempt: 1, latest: true, missing };
  expect(verbCommand('provide', place)).toBe(`videoid provide person-17 ${flags}`);
});
