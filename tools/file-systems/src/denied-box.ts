import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { whyUnavailable } from './availability.ts';
import { promise } from './check.ts';
import type { FaultCheck } from './fault-check.ts';
import { createImage } from './image.ts';
import type { PlantedFault } from './planted-faults.ts';
import { collectAnswers, startServer } from './server.ts';
import { until } from './until.ts';

/** Permissions mean nothing to root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** A box that may not be looked into any more. */
export const deniedBox: FaultCheck = {
  name: 'a box without permission',
  meaning:
    'Who uses it is told ERR_ACCESS_DENIED, everybody else goes on, and it is used again once it may be.',
  whyUnavailable: () => whyUnavailable('ext4'),
  run: denyBox,
};

/** The second has a directory whose name is shortened, so that the full one is in a file that may not be read either. */
const NAMES = ['denied', 'denied-an-agent-with-quite-a-long-name'] as const;

async function denyBox(fault?: PlantedFault): Promise<string> {
  await using image = await createImage('ext4');
  for (const name of NAMES) {
    const home = join(image.directory, name);
    mkdirSync(home);
    chownSync(home, nobody.uid, nobody.gid);
    await denyBoxOf(name, join(home, 'messages'), fault);
  }
  return 'its consumer, who sent to it, and a collector were told ERR_ACCESS_DENIED; the other box and its answers went on; then its 10 messages were handled; with a short name and with a long one';
}

async function denyBoxOf(name: string, root: string, fault?: PlantedFault): Promise<void> {
  await using coder = await startServer({ root, agent: 'coder', fault }, nobody);
  await using denied = await startServer({ root, agent: name, fault }, nobody);
  await using collector = await startServer({ root, agent: 'lead', fault }, nobody);
  for (const server of [coder, denied, collector]) {
    const { codes } = await server.tell({ do: 'open' });
    promise(codes.length === 0, `Opening ended with ${codes.join()}.`);
  }
  const boxes = ['inbox', 'outbox'].flatMap((kind) =>
    readdirSync(join(root, kind))
      .filter((segment) => segment.startsWith('denied'))
      .map((segment) => join(root, kind, segment)),
  );
  promise(boxes.length === 2, `The agent has ${boxes.length} boxes.`);
  const send = async (to: string, prefix: string): Promise<string> => {
    const { done, codes } = await coder.tell({ do: 'send', to, ids: ids(prefix) });
    return done.length === 10 ? 'sent' : [...new Set(codes)].join();
  };
  promise((await send(name, 'before')) === 'sent', 'Sending did not work.');
  for (const box of boxes) chmodSync(box, 0);
  const refused = await send(name, 'refused');
  promise(refused === 'ERR_ACCESS_DENIED', `Sending into the box ended with ${refused}.`);
  promise((await send('coder', 'other')) === 'sent', 'Sending into another box does not work.');
  for (const server of [denied, coder]) await server.tell({ do: 'work', concurrency: 2 });
  await collector.tell({ do: 'collect' });
  const told = await collectAnswers(denied, ({ codes }) => codes.size > 0, until);
  promise([...told.codes].join() === 'ERR_ACCESS_DENIED', `The consumer reported ${[...told.codes].join()}.`);
  promise(told.handled.size === 0, 'Messages came out of the box.');
  const others = await collectAnswers(coder, ({ handled }) => handled.size === 10, until);
  promise(others.codes.size === 0, `Another box's consumer reported ${[...others.codes].join()}.`);
  const answers = await collectAnswers(
    collector,
    ({ handled, codes }) => handled.size === 10 && codes.size > 0,
    until,
  );
  promise(
    [...answers.codes].join() === 'ERR_ACCESS_DENIED',
    `A collector reported ${[...answers.codes].join()}.`,
  );
  for (const box of boxes) chmodSync(box, 0o700);
  const after = await collectAnswers(denied, ({ handled }) => handled.size >= 10, until);
  promise(
    ids('before').every((id) => after.handled.has(id)),
    'A message of the box was never handled.',
  );
  await collectAnswers(collector, ({ handled }) => handled.size >= 10, until);
  for (const server of [coder, denied, collector]) await server.end();
}

function ids(prefix: string): string[] {
  return Array.from({ length: 10 }, (_, index) => `${prefix}-${index}`);
}
