import type { CallbackEvent, CallbackTiming } from './timing.js';

/** The facts as lines for people. */
export function timingLines(timing: CallbackTiming): string[] {
  const { events, without, late, foreign, unread, hoursFromUtc, sources } = timing;
  if (events.length === 0) {
    const others = foreign + unread === 0 ? '' : ` Others came: ${counted(foreign + unread, 'callback')}.`;
    return [`No callback came about a request of this probe.${others}`];
  }
  return [
    ...events.map((event) => `#${event.number} ${wordsOf(event)}`),
    ...without.map(({ subject, status }) => `No callback came about ${status} of the ${nameOf(subject)} request.`),
    late.length === 0
      ? 'They came in the order of the changes.'
      : `Out of order: ${late.map((number) => `#${number}`).join(', ')} came after a callback about a later change.`,
    ...retryLines(events),
    ...(hoursFromUtc === undefined ? [] : [`The times in them are ${zoneOf(hoursFromUtc)}, compared with our clock.`]),
    ...(sources.length === 0 ? [] : [`They came from ${sources.join(', ')}.`]),
    ...(foreign === 0 ? [] : [`${counted(foreign, 'callback')} about requests that are not of this probe.`]),
    ...(unread === 0 ? [] : [`${counted(unread, 'callback')} of an unknown form.`]),
  ];
}

function wordsOf({ subject, event, status, delay, by, doubles, uncertain }: CallbackEvent): string {
  const what = [event, status].filter(Boolean).join(' ') || 'no known words';
  const about = subject === undefined ? '' : `, ${nameOf(subject)} request`;
  const guess = uncertain ? ' (it names no request; found by status and time)' : '';
  const twice =
    doubles === 0 ? '' : `; came ${doubles} more ${doubles === 1 ? 'time' : 'times'} after we had accepted it`;
  return `${what}${about}${guess}: ${delayOf(delay, by)}${twice}`;
}

/** Steps call the first request `main`. */
function nameOf(subject: string): string {
  return subject === 'main' ? 'first' : subject;
}

function delayOf(delay: number | undefined, by: CallbackEvent['by']): string {
  if (delay === undefined) return 'the probe saw no such change';
  const knew = by === 'read' ? 'a read showed it' : 'the answer to the call';
  return delay < 0 ? `${seconds(-delay)} before ${knew}` : `${seconds(delay)} after ${knew}`;
}

function retryLines(events: readonly CallbackEvent[]): string[] {
  return events.flatMap(({ number, retries, givenUp, changed }) => {
    if (retries.length === 0 && !givenUp) return [];
    const pauses = `after ${retries.map((pause) => seconds(pause)).join(', then ')}`;
    const bytes = changed ? ', with other bytes' : '';
    if (retries.length > 0) return [`#${number} was refused (503), and came again ${pauses}${bytes}.`];
    return [`#${number} was refused (503), and did not come again while the probe ran.`];
  });
}

function zoneOf(hours: number): string {
  if (hours === 0) return 'UTC';
  return `${Math.abs(hours)} h ${hours > 0 ? 'ahead of' : 'behind'} UTC`;
}

function seconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
