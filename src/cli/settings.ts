import type { Command } from 'commander';
import type { Setting } from '../config.js';
import { define } from './command.js';
import { columns } from './layout.js';

/** `videoid settings`: the table of all settings, from the schema itself. */
export function settingsCommand(program: Command): void {
  define<{ markdown?: boolean }>(
    program,
    'settings',
    'list every setting, its variable, its default and what it is for',
    async ({ screen, flags }) => {
      const { listSettings } = await import('../config.js');
      const settings = listSettings();
      screen.answer({ settings }, flags.markdown ? markdownTable(settings) : textTable(settings));
    },
  ).option('--markdown', 'as a table for the README');
}

function textTable(settings: readonly Setting[]): string[] {
  return columns([
    ['SETTING', 'DEFAULT', 'WHAT IT IS FOR'],
    ...settings.map((setting) => [setting.name, setting.default, setting.description]),
  ]);
}

/** The table of the README, one line each. */
export function markdownTable(settings: readonly Setting[]): string[] {
  return [
    '| setting | variable | default | what it is for |',
    '|---|---|---|---|',
    ...settings.map(
      (each) => `| \`${each.name}\` | \`${each.variable}\` | ${code(each.default)} | ${cell(each.description)} |`,
    ),
  ];
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
