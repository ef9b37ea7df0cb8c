import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { join } from 'node:path';
import { promise } from './check.ts';
import type { FaultCheck } from './fault-check.ts';
import type { PlantedFault } from './planted-faults.ts';
import { collectAnswers, startServer } from './server.ts';
import { until } from './until.ts';

const descriptors = 200;
const count = 1_000;
const concurrency = 64;

/** A process that may open few files, and wants many at once. */
export const fewDescriptors: FaultCheck = {
  name: `${descriptors} open files`,
  meaning: `${count} sends at once, and then ${concurrency} handlers at once, all succeed, or fail with a clear code; none is lost.`,
  whyUnavailable: () => (process.platform === 'win32' ? 'Windows has no such limit.' : null),
  run: (fault) => sendAtOnce({ descriptors, count, patience_ms: 120_000 }, fault),
};

/** Sends all at once with so many descriptors, and handles what was sent. */
export async function sendAtOnce(
  limits: { readonly descriptors: number; readonly count: number; readonly patience_ms: number },
  fault?: PlantedFault,
): Promise<string> {
  await using place = await temporaryDirectory();
  const root = join(place.path, 'messages');
  const prefix = ['sh', '-c', `ulimit -n ${limits.descriptors}; exec "$@"`, 'sh'];
  await using server = await startServer({ root, agent: 'coder', fault }, { prefix });
  promise((await server.tell({ do: 'open' })).codes.length === 0, 'The queue could not be opened.');
  const ids = Array.from({ length: limits.count }, (_, index) => `id-${index}`);
  const sent = await server.tell({ do: 'send', to: 'coder', ids, atOnce: true });
  const unclear = sent.codes.filter((code) => code !== 'ERR_TOO_MANY_OPEN_FILES');
  promise(unclear.length === 0, `Sending failed with ${[...new Set(unclear)].join()}.`);
  promise(
    sent.done.length + sent.codes.length === limits.count,
    `${sent.done.length} of ${limits.count} sends came to an end.`,
  );
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
  await server.end();
  const reported = codes.size === 0 ? 'nothing' : [...codes].join();
  return `${sent.done.length} of ${limits.count} sent, ${sent.codes.length} refused; all that were sent were handled, ${reported} reported`;
}
