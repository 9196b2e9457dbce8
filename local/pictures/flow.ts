import { FLOW_STAGES, type Stage } from '../../src/messages/status.js';

/** Who does what in one stage. A part is left out if it has nothing to do. */
interface Row {
  people?: string;
  worker: string;
  provider?: string;
  /** The direction of the message between people and worker. */
  left?: Arrow;
  /** The direction of the message between worker and provider. */
  right?: Arrow;
}
type Arrow = 'to' | 'from' | 'both';

/** The signature flow, one row per stage. */
const ROWS: Partial<Record<Stage, Row>> = {
  creating: {
    people: 'Requester: PDFs, e-mail, phone',
    left: 'to',
    worker: 'checks, stores, creates',
    right: 'to',
    provider: 'gives the video link',
  },
  video: {
    people: 'Signer: identifies on video',
    worker: 'waits: callback, poll, deadline',
    right: 'from',
    provider: 'says when the video is done',
  },
  review: {
    people: 'Officer: approves or refuses',
    left: 'to',
    worker: "acts in the officer's name",
    right: 'to',
    provider: 'records the decision',
  },
  preparing: { worker: 'uploads PDFs, reads contract', right: 'both', provider: 'takes PDFs, gives contract' },
  acceptance: {
    people: 'Signer: reads and accepts',
    left: 'both',
    worker: 'compares hashes, asks for code',
    right: 'to',
    provider: 'sends a code by SMS',
  },
  code: {
    people: 'Signer: types the code',
    left: 'to',
    worker: 'opens the sealed code, signs',
    right: 'to',
    provider: 'issues the certificate, signs',
  },
  archiving: { worker: 'stores, reads back, verifies', right: 'from', provider: 'gives the signed files' },
  cleaning: {
    people: 'Requester: gets the outcome',
    left: 'from',
    worker: 'records outcome and evidence',
    right: 'to',
    provider: 'deletes its copies',
  },
};

const WIDTH = 900;
const ROW = 58;
const TOP = 78;
const BOX = { height: 38, width: 226 };
const COLUMNS = { stage: 24, people: 134, worker: 384, provider: 650 };
const WORKER_WIDTH = 234;
const ENDS =
  'Every request ends as signed, refused, expired, cancelled or abandoned. Trouble is shown as attention, never as silence.';

const STYLE = `
  .page { fill: #ffffff; stroke: #d5dde4; } .head { fill: #5b6b7a; } .stage { fill: #17425f; font-weight: 700; }
  .box { fill: #f1f5f8; stroke: #c3cfd9; } .ours { fill: #dcebf8; stroke: #5c9bd1; } text { fill: #17212b; }
  .line { stroke: #5b6b7a; stroke-width: 1.6; fill: none; } .tip { fill: #5b6b7a; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #10171d; stroke: #2c3944; } .head { fill: #9aabba; } .stage { fill: #8cc4f2; }
    .box { fill: #1b2630; stroke: #3a4a58; } .ours { fill: #123a58; stroke: #3f7fb5; } text { fill: #e7edf2; }
    .line { stroke: #9aabba; } .tip { fill: #9aabba; }
  }`;

/** The signature flow as an SVG with its own background, so that it is readable on light and on dark pages. */
export function flowPicture(): string {
  const stages = FLOW_STAGES.signature;
  const height = TOP + stages.length * ROW + 44;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="13">`,
    '<title id="title">One signature request: who does what in each stage</title>',
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>',
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>`,
    heading(COLUMNS.stage, 'STAGE', 'start'),
    heading(COLUMNS.people + BOX.width / 2, 'PEOPLE AND SYSTEMS'),
    heading(COLUMNS.worker + WORKER_WIDTH / 2, 'VIDEOID-WORKER'),
    heading(COLUMNS.provider + BOX.width / 2, 'PROVIDER'),
    ...stages.map((stage, place) => row(stage, TOP + place * ROW)),
    `<text class="head" x="${WIDTH / 2}" y="${height - 18}" text-anchor="middle">${ENDS}</text>`,
    '</svg>',
  ].join('\n')}\n`;
}

function heading(x: number, words: string, anchor = 'middle'): string {
  return `<text class="head" x="${x}" y="42" text-anchor="${anchor}" font-size="12" letter-spacing="1">${words}</text>`;
}

function row(stage: Stage, y: number): string {
  const what = ROWS[stage];
  if (what === undefined) throw new Error(`The picture of the flow does not know the stage "${stage}" yet.`);
  const middle = y + BOX.height / 2;
  return [
    `<text class="stage" x="${COLUMNS.stage}" y="${middle + 5}">${stage}</text>`,
    box(COLUMNS.people, y, BOX.width, 'box', what.people),
    box(COLUMNS.worker, y, WORKER_WIDTH, 'ours', what.worker),
    box(COLUMNS.provider, y, BOX.width, 'box', what.provider),
    arrow(COLUMNS.people + BOX.width, COLUMNS.worker, middle, what.left),
    arrow(COLUMNS.worker + WORKER_WIDTH, COLUMNS.provider, middle, what.right),
  ]
    .filter(Boolean)
    .join('\n');
}

function box(x: number, y: number, width: number, name: string, words: string | undefined): string {
  if (words === undefined) return '';
  const middle = `x="${x + width / 2}" y="${y + BOX.height / 2 + 5}" text-anchor="middle"`;
  return `<rect class="${name}" x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="8"/><text ${middle}>${words}</text>`;
}

function arrow(from: number, to: number, y: number, way: Arrow | undefined): string {
  if (way === undefined) return '';
  const start = way === 'to' ? '' : ' marker-start="url(#tip)"';
  const end = way === 'from' ? '' : ' marker-end="url(#tip)"';
  return `<path class="line" d="M${from + 3} ${y}H${to - 3}"${start}${end}/>`;
}
