import type { Command } from 'commander';
import type { Setting } from '../config.js';
import { define } from './command.js';
import { columns } from './layout.js';

/** `videoid settings`: the table of all settings, from the schema itself. */
export function settingsCommand(program: Command): void {
  define(
    program,
    'settings',
    'list every setting, its variable, its default and what it is for',
    async ({ screen }) => {
      const { listSettings } = await import('../config.js');
      const settings = listSettings();
      screen.answer({ settings }, textTable(settings));
    },
  );
}

function textTable(settings: readonly Setting[]): string[] {
  return columns([
    ['SETTING', 'DEFAULT', 'WHAT IT IS FOR'],
    ...settings.map((setting) => [setting.name, setting.written, setting.description]),
  ]);
}
