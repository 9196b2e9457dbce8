import type { Socket } from 'node:net';
import { sentenceOf } from '../../network/sentences.js';
import { tunnel, TunnelRefused } from '../../network/tunnel.js';
import { resolveSecret } from '../../security/secret.js';
import { hostAndPortOf } from './address.js';
import { codeOf, Loss } from './loss.js';

/** The outbound proxy for calls to a server. */
export interface ProxySettings {
  /** `http://proxy.example.com:3128`. */
  address: string;
  /** Its login, by reference (`env:NAME`, `file:PATH`). */
  username?: string | undefined;
  password?: string | undefined;
}

/** Opens connections through an outbound proxy. What it says is not the provider's answer: nothing was sent. */
export class OutboundProxy {
  constructor(
    private readonly settings: ProxySettings,
    /** The setting that holds it, for messages. */
    private readonly setting: string,
  ) {}

  /** @throws Loss with the cause; VideoIdError SECRET_NOT_FOUND */
  async connect(target: string, within: number): Promise<Socket> {
    const { hostname, port } = new URL(this.settings.address);
    const login = await this.#login();
    const proxy = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), ...(login ? { login } : {}) };
    try {
      return await tunnel(proxy, target, within);
    } catch (error) {
      throw this.#loss(error, target);
    }
  }

  async #login(): Promise<{ username: string; password: string } | undefined> {
    const { username, password } = this.settings;
    if (username === undefined || password === undefined) return undefined;
    const [name, word] = await Promise.all([
      resolveSecret(username, `${this.setting}.username`),
      resolveSecret(password, `${this.setting}.password`),
    ]);
    return { username: name.reveal(), password: word.reveal() };
  }

  #loss(error: unknown, target: string): Loss {
    const { setting, settings } = this;
    const proxy = `the proxy at ${hostAndPortOf(settings.address)}`;
    if (!(error instanceof TunnelRefused)) {
      const remedy = `Check ${setting}.address, and whether the proxy runs.`;
      return new Loss(false, `${proxy}: ${sentenceOf(codeOf(error))}`, { remedy });
    }
    const { status } = error;
    if (status === 407) {
      const words = settings.username === undefined ? 'wants a login' : 'does not accept our login';
      const remedy = `Give the login of the proxy in ${setting}.username and ${setting}.password.`;
      return new Loss(false, `${proxy} ${words} (407)`, { code: 'ANSWER_NOT_FROM_PROVIDER', remedy });
    }
    if (status >= 500) {
      const remedy = `Check whether the proxy can reach ${target}.`;
      return new Loss(false, `${proxy} has no connection to ${target} (${status})`, { remedy });
    }
    const remedy = `Have the proxy allow CONNECT to ${target}, or check ${setting}.address.`;
    const words = `${proxy} does not open connections to ${target} (${status})`;
    return new Loss(false, words, { code: 'ANSWER_NOT_FROM_PROVIDER', remedy });
  }
}
