import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from './defaults.js';
import { settingsSchema, type Behaviour, type Settings } from './settings.js';
import { readJson, writeJson } from '../state/files.js';

/** A settings change that is not valid. The message names the setting. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings';
}

/**
 * The settings in force: the defaults, then the behaviour of a provider to be like, then the file given at start, then what control
 * calls set (kept in the state).
 */
export class SettingsStore {
  private changes: unknown;
  private current: Settings;
  private readonly path: string;

  constructor(
    stateFolder: string,
    private readonly given: unknown = {},
    private readonly like: Partial<Behaviour> = {},
  ) {
    this.path = join(stateFolder, 'settings.json');
    this.changes = readJson(this.path) ?? {};
    this.current = this.resolve(this.changes);
  }

  get all(): Settings {
    return this.current;
  }

  /** The behaviour towards one registration authority: the general behaviour with that authority's differences. */
  behaviour(registrationAuthority?: string): Behaviour {
    const own = this.current.registrationAuthorities[registrationAuthority ?? '']?.behaviour ?? {};
    return merge(this.current.behaviour, own) as Behaviour;
  }

  /**
   * Merges some settings in. Lists are replaced, objects are merged.
   * @throws BadSettings
   */
  change(part: unknown): Settings {
    const changes = merge(this.changes, part);
    this.current = this.resolve(changes);
    this.changes = changes;
    writeJson(this.path, changes);
    return this.current;
  }

  /** Forgets what control calls set. */
  reset(): Settings {
    this.changes = {};
    this.current = this.resolve({});
    writeJson(this.path, {});
    return this.current;
  }

  private resolve(changes: unknown): Settings {
    const usual = merge(DEFAULT_SETTINGS, { behaviour: this.like });
    const result = settingsSchema.safeParse(merge(merge(usual, this.given), changes));
    if (result.success) return result.data;
    throw new BadSettings(z.prettifyError(result.error));
  }
}

/** Objects are merged, and everything else is replaced. An undefined value replaces nothing. */
function merge(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change === undefined ? base : change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (key !== '__proto__') merged[key] = merge(base[key], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
