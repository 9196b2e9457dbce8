import type { Form } from './multipart.js';

/** One request to a server. */
export interface HttpOrder {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base path. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent with any method: one GET of the provider needs a body (§8.1). */
  json?: unknown;
  form?: Form;
  /** Ends the call early. It then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}
