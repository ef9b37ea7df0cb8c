import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { join } from 'node:path';
import { promise } from './check.ts';
import type { FaultCheck } from './fault-check.ts';
import type { PlantedFault } from './planted-faults.ts';
import { collectAnswers, startServer } from './server.ts';
import { until } from './until.ts';

const descriptors = 200;
const left = 10;
const count = 1_000;
const concurrency = 64;

/** A process that may open few files, has most of them open itself, and wants many at once. */
export const fewDescriptors: FaultCheck = {
  name: `${descriptors} open files`,
  meaning: `With all but ${left} of them in use, ${count} sends at once, and then ${concurrency} handlers at once, meet the limit; they succeed, or fail with a clear code, but not all; none is lost.`,
  whyUnavailable: () => (process.platform === 'win32' ? 'Windows has no such limit.' : null),
  run: (fault) => sendAtOnce({ descriptors, left, count, patience_ms: 120_000 }, fault),
};

/** How many descriptors a process may have, how many of them are left for the queue, how many it sends, and how long handling may take. */
export interface ScarceDescriptors {
  readonly descriptors: number;
  readonly left: number;
  readonly count: number;
  readonly patience_ms: number;
}

/**
 * Sends all at once with so many descriptors left, and handles what was sent. Shows nothing, and is broken, where none was sent, or where a
 * descriptor was free at each open.
 */
export async function sendAtOnce(limits: ScarceDescriptors, fault?: PlantedFault): Promise<string> {
  await using place = await temporaryDirectory();
  const root = join(place.path, 'messages');
  const prefix = ['sh', '-c', `ulimit -n ${limits.descriptors}; exec "$@"`, 'sh'];
  await using server = await startServer({ root, agent: 'coder', fault }, { prefix });
  promise((await server.tell({ do: 'open' })).codes.length === 0, 'The queue could not be opened.');
  await server.tell({ do: 'leave descriptors', count: limits.left });
  const ids = Array.from({ length: limits.count }, (_, index) => `id-${index}`);
  const sent = await server.tell({ do: 'send', to: 'coder', ids, atOnce: true });
  const unclear = sent.codes.filter((code) => code !== 'ERR_TOO_MANY_OPEN_FILES');
  promise(unclear.length === 0, `Sending failed with ${[...new Set(unclear)].join()}.`);
  promise(
    sent.done.length + sent.codes.length === limits.count,
    `${sent.done.length} of ${limits.count} sends came to an end.`,
  );
  promise(sent.done.length > 0, `All ${limits.count} sends were refused.`);
  await server.tell({ do: 'work', concurrency });
  const { codes, handled } = await collectAnswers(
    server,
    (answer) => answer.handled.size >= sent.done.length,
    (what, isSo) => until(what, isSo, limits.patience_ms),
  );
  promise(
    sent.done.every((id) => handled.has(id)),
    'A message was never handled.',
  );
  promise(
    [...codes].every((code) => code === 'ERR_TOO_MANY_OPEN_FILES'),
    `Handling reported ${[...codes].join()}.`,
  );
  promise(
    sent.refusedOpens > 0,
    `The limit was not met: with ${limits.left} descriptors left, no open was refused.`,
  );
  await server.end();
  const reported = codes.size === 0 ? 'nothing' : [...codes].join();
  return `${sent.done.length} of ${limits.count} sent, ${sent.codes.length} refused, ${sent.refusedOpens} opens waited; all that were sent were handled, ${reported} reported`;
}
