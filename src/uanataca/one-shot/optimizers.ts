import type { Assumptions } from './assumptions.js';
import { ByEnvironment } from '../by-environment.js';
import type { Timeouts } from '../http/http.js';
import type { ProxySettings } from '../http/proxy.js';
import { OneShot } from './one-shot.js';

/** The settings of one environment's Optimizer. */
export interface OptimizerSettings {
  /** Address, with or without `/oneshot/api/v1`. */
  optimizer: string;
  env: 'sandbox' | 'prod';
  /** PEM file. */
  ca?: string | undefined;
  proxy?: ProxySettings | undefined;
  timeouts: Timeouts;
  assumptions: Assumptions;
}

/** The Optimizer of each environment. */
export class Optimizers extends ByEnvironment<OptimizerSettings, OneShot> {
  constructor(settings: Readonly<Record<string, OptimizerSettings>>) {
    super(settings, ({ optimizer, env, ca, proxy, timeouts, assumptions }) => {
      return new OneShot({ baseUrl: optimizer, env, ca, proxy, timeouts, assumptions });
    });
  }
}
