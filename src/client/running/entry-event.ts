import type { JournalEntry } from '../../messages/journal.js';
import type { NumberedEvent } from '../../messages/status.js';

/** An entry of the journal as a status shows it. */
export function eventOf({ run: _run, ...event }: JournalEntry): NumberedEvent {
  return event;
}
