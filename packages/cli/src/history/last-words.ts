import type { OperationMark, Queue } from '@tapps-agents/queue';
import { inOneLine } from '../render/why-it-died.ts';
import { historyOf } from './history.ts';
import { deliveryText } from './timeline.ts';

/** So many failures are told, the last. */
const MOST_FAILURES = 5;

/**
 * What the journal still has of a message that is in no box any more, a line each: why it had died, its last failures, and where its
 * content is. Empty where it has nothing.
 */
export async function lastWordsOf(
  queue: Queue,
  messageId: string,
  { entry: { box } }: OperationMark,
): Promise<readonly string[]> {
  const journal = queue.store.journal(box, messageId);
  const deaths = await journal.deaths();
  const history = historyOf({ deaths, reason: null, failures: await journal.failures() });
  const earlier = history.length - MOST_FAILURES;
  return [
    ...deaths.map(
      ({ quarantined_at, code, reason }) => `it died at ${quarantined_at} as ${code}: ${inOneLine(reason)}`,
    ),
    ...(earlier > 0 ? [`${earlier} earlier ${earlier === 1 ? 'failure' : 'failures'}, and`] : []),
    ...history.slice(-MOST_FAILURES).map((failure) => {
      const { name, message } = failure.error;
      return `${deliveryText(failure)} at ${failure.at}: ${name}: ${inOneLine(message)}`;
    }),
    ...(await journal.superseded()).map((place) => `its content is kept in ${place}`),
  ];
}
