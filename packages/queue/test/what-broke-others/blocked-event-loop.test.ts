import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../../src/index.ts';
import { startChild } from '../support/children.ts';
import type { FaultOfOthers } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { files, place } from '../support/place.ts';

/*
 * Elsewhere, a handler that computed for long kept its event loop, and with it the heartbeat, from turning. Its lease ran out,
 * another process handled the message, and the first, which no timer had told anything, acknowledged as if it still held it.
 *
 * Here whoever took the message over ended the session first and renamed the lease: the late one finds neither, whether or not
 * its event loop ever turned in between.
 */

failOnLeaks();

/** A process holds a message, blocks, and is overtaken; returns what its acknowledgement came to. */
async function acknowledgedLate(
  here: { readonly path: string; readonly root: string },
  fault?: FaultOfOthers,
): Promise<unknown> {
  const until = join(here.path, 'go-on');
  await using mq = await openQueue({ root: here.root, agent: 'coder', lease: '1s', retention: false });
  await mq.registerAgent('coder');
  await using blocked = await startChild('doomed-program.ts', {
    job: 'block',
    root: here.root,
    lease: '1s',
    until,
    ...(fault === undefined ? {} : { fault }),
  });
  await mq.send(task({ message_id: 'm' }));
  expect(await blocked.next()).toBe(1);
  blocked.tell('block');
  const recovered = once(mq.events, 'recovered');
  const acked = once(mq.events, 'acked');
  const deliveries: number[] = [];
  await using worker = mq.work({ task_assignment: (_, context) => void deliveries.push(context.deliveries) });
  expect((await recovered)[0]).toMatchObject({ messageId: 'm', holder: { pid: blocked.pid } });
  await acked;
  expect(deliveries).toEqual([2]);
  writeFileSync(until, '');
  const answer = await blocked.next();
  await worker.stop();
  await blocked.end();
  expect(files(join(here.root, 'processed'))).toEqual(['inbox/coder/w/t/m.json']);
  return answer;
}

test('a process whose event loop was blocked past its lease does not acknowledge what another has taken over', async () => {
  await using here = await place();
  expect(await acknowledgedLate(here)).toBe('ERR_LEASE_LOST');
}, 60_000);

test('the same notices a process that is not fenced off', async () => {
  await using here = await place();
  expect(await acknowledgedLate(here, 'noFencing')).toBe('ok');
}, 60_000);
