import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { LIVE_SCRIPT, STYLE } from './style.js';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const TABS: readonly [path: string, name: string][] = [
  ['/', 'Overview'],
  ['/phone', 'Phone'],
  ['/inbox', 'Inbox'],
  ['/console', 'Console'],
  ['/operator', 'Operator'],
  ['/faults', 'Faults'],
];

/** A page of the sandbox. Parts marked `data-live` are fetched again every second. */
export function page(title: string, path: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Sandbox</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <span class="brand">Sandbox<small>simulated provider</small></span>
          <nav>
            ${TABS.map(
              ([to, name]) => html`<a href="${to}" ${to === path ? raw('aria-current="page"') : ''}>${name}</a>`,
            )}
          </nav>
        </header>
        <main>${content}</main>
        <script>
          ${raw(LIVE_SCRIPT)};
        </script>
      </body>
    </html>`;
}

const TONES: Record<string, string> = {
  VIDEOPENDING: 'waiting',
  VIDEOINCOMPLETE: 'waiting',
  VIDEOREVIEW: 'asked',
  CREATED: 'asked',
  ENROLLREADY: 'going',
  ISSUED: 'good',
  VIDEOERROR: 'bad',
  CANCELLED: 'bad',
};

export function badge(status: string): Html {
  return html`<span class="badge ${TONES[status] ?? 'waiting'}">${status}</span>`;
}

/** `12:34:56`, UTC, of an ISO 8601 time. */
export function clock(iso: string): string {
  return iso.slice(11, 19);
}
