import { chmodSync, chownSync, mkdirSync } from 'node:fs';
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

async function denyBox(fault?: PlantedFault): Promise<string> {
  await using image = await createImage('ext4');
  const home = join(image.directory, 'home');
  mkdirSync(home);
  chownSync(home, nobody.uid, nobody.gid);
  const root = join(home, 'messages');
  await using coder = await startServer({ root, agent: 'coder', fault }, nobody);
  await using denied = await startServer({ root, agent: 'denied', fault }, nobody);
  for (const server of [coder, denied]) {
    const { codes } = await server.tell({ do: 'open' });
    promise(codes.length === 0, `Opening ended with ${codes.join()}.`);
  }
  const box = join(root, 'inbox', 'denied');
  const send = async (to: string, prefix: string): Promise<string> => {
    const { done, codes } = await coder.tell({ do: 'send', to, ids: ids(prefix) });
    return done.length === 10 ? 'sent' : [...new Set(codes)].join();
  };
  promise((await send('denied', 'before')) === 'sent', 'Sending did not work.');
  chmodSync(box, 0);
  const refused = await send('denied', 'refused');
  promise(refused === 'ERR_ACCESS_DENIED', `Sending into the box ended with ${refused}.`);
  promise((await send('coder', 'other')) === 'sent', 'Sending into another box does not work.');
  for (const server of [denied, coder]) await server.tell({ do: 'work', concurrency: 2 });
  const told = await collectAnswers(denied, ({ codes }) => codes.size > 0, until);
  promise([...told.codes].join() === 'ERR_ACCESS_DENIED', `The consumer reported ${[...told.codes].join()}.`);
  promise(told.handled.size === 0, 'Messages came out of the box.');
  const others = await collectAnswers(coder, ({ handled }) => handled.size === 10, until);
  promise(others.codes.size === 0, `Another box's consumer reported ${[...others.codes].join()}.`);
  chmodSync(box, 0o700);
  const after = await collectAnswers(denied, ({ handled }) => handled.size >= 10, until);
  promise(
    ids('before').every((id) => after.handled.has(id)),
    'A message of the box was never handled.',
  );
  for (const server of [coder, denied]) await server.end();
  return 'its consumer and who sent to it were told ERR_ACCESS_DENIED; the other box went on; then its 10 messages were handled';
}

function ids(prefix: string): string[] {
  return Array.from({ length: 10 }, (_, index) => `${prefix}-${index}`);
}
