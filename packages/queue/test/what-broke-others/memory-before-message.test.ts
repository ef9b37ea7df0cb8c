import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../../src/index.ts';
import { startChild } from '../support/children.ts';
import type { DoomedSettings } from '../support/doomed-program.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { files, place } from '../support/place.ts';
import { workUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, a sender noted the id of its message as known and then wrote the message. One that died in between left an
 * id without a message: whoever sent it again was told that it is a duplicate, for ever.
 *
 * Here nothing is remembered when a message is sent. The memory of a message is its own file, which the acknowledgement's rename
 * brought into the ledger: there is no moment with the one and without the other. Sender and worker are killed before each
 * call of theirs that changes the disk; then the same message is sent again.
 */

failOnLeaks();

const LEDGER = 'processed/inbox/coder/w/t';

/** Runs the job until its n-th call kills it, then sends the message again and handles what is there. */
async function killedThenSentAgain(
  settings: Omit<DoomedSettings, 'root' | 'effects'>,
): Promise<{ readonly survived: boolean; readonly handled: string[]; readonly ledger: string[] }> {
  await using here = await place();
  const effects = join(here.path, 'effects');
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, pollInterval: 20 });
  await mq.registerAgent('coder');
  if (settings.job === 'handle') await mq.send(task({ message_id: 'm' }));
  await using child = await startChild('doomed-program.ts', { ...settings, root: here.root, effects });
  const survived = (await child.exited) === 0;
  expect((await mq.send(task({ message_id: 'm' }))).status).toBe('queued');
  const before = readFileSync(effects, { encoding: 'utf8', flag: 'a+' });
  const handled = [...before.split('\n').filter((line) => line !== ''), ...(await workUntilEmpty(mq))];
  return { survived, handled, ledger: files(join(here.root, LEDGER)) };
}

test('a sender that dies at any call: what is sent again is handled, once', async () => {
  for (let killAt = 1; ; killAt += 1) {
    const { survived, handled, ledger } = await killedThenSentAgain({ job: 'send', killAt });
    expect([killAt, handled]).toEqual([killAt, ['m']]);
    expect(ledger.filter((name) => !name.includes('~dup~'))).toEqual(['m.json']);
    if (!survived) continue;
    expect(killAt).toBeGreaterThan(4); // Create, write, flush, rename, flush of the directory.
    return;
  }
}, 180_000);

test('a worker that dies at any call: its message is handled, and remembered only if it was', async () => {
  for (let killAt = 1; ; killAt += 1) {
    const { survived, handled, ledger } = await killedThenSentAgain({ job: 'handle', killAt });
    expect(handled.length, `killed at call ${killAt}`).toBeGreaterThan(0);
    expect(ledger.filter((name) => !name.includes('~dup~'))).toEqual(['m.json']);
    if (!survived) continue;
    expect(handled).toEqual(['m 1']);
    expect(killAt).toBeGreaterThan(4); // At least the owner record, the claim, the time stamp, the acknowledgement.
    return;
  }
}, 180_000);

test('the same notices a memory that is written before its message', async () => {
  const lost = [];
  for (let killAt = 1; ; killAt += 1) {
    const fault = 'memoryBeforeMessage';
    const { survived, handled } = await killedThenSentAgain({ job: 'send', killAt, fault });
    if (survived) break;
    if (handled.length === 0) lost.push(killAt);
  }
  expect(lost.length).toBeGreaterThan(0);
}, 180_000);
