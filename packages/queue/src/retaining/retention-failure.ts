import { QueueError } from '../errors.ts';
import type { RetentionReport } from '../retention-report.ts';

/** So many are named in the message; the report has more. */
const MOST_NAMED = 5;

/** What retention could not look at or remove, as one error. */
export function retentionFailure({ failed, failures }: RetentionReport): QueueError {
  const named = failures.slice(0, MOST_NAMED).map(({ place, detail }) => `${place ?? '.'}: ${detail}`);
  const message = `Retention could not look at or remove ${failed} of what it keeps in bounds; the rest was done, and these stay until the next run. Mend what the system says, then \`tapps-mq gc\` shows what is left. ${named.join(' ')}`;
  return new QueueError('ERR_RETENTION_INCOMPLETE', message);
}
