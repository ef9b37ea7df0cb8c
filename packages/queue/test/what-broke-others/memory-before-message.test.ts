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

const AT_ONCE = 4;
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
  expect(child.complaints()).toBe(''); // It dies of nothing else.
  expect((await mq.send(task({ message_id: 'm' }))).status).toBe('queued');
  const before = readFileSync(effects, { encoding: 'utf8', flag: 'a+' });
  const handled = [...before.split('\n').filter((line) => line !== ''), ...(await workUntilEmpty(mq))];
  return { survived, handled, ledger: files(join(here.root, LEDGER)) };
}

/** The same for the job's first call, its second, and so on, until it survives as it makes no more; some at a time. */
async function* killedAtEachCall(
  settings: Omit<DoomedSettings, 'root' | 'effects' | 'killAt'>,
): AsyncGenerator<{ readonly killAt: number } & Awaited<ReturnType<typeof killedThenSentAgain>>> {
  for (let first = 1; ; first += AT_ONCE) {
    const ends = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        const killAt = first + index;
        return { killAt, ...(await killedThenSentAgain({ ...settings, killAt })) };
      }),
    );
    for (const end of ends) {
      yield end;
      if (end.survived) return;
    }
  }
}

test('a sender that dies at any call: what is sent again is handled, once', async () => {
  for await (const { killAt, survived, handled, ledger } of killedAtEachCall({ job: 'send' })) {
    expect([killAt, handled]).toEqual([killAt, ['m']]);
    expect(ledger.filter((name) => !name.includes('~dup~'))).toEqual(['m.json']);
    if (!survived) continue;
    expect(killAt).toBeGreaterThan(4); // Create, write, flush, rename, flush of the directory.
  }
}, 180_000);

test('a worker that dies at any call: its message is handled, and remembered only if it was', async () => {
  for await (const { killAt, survived, handled, ledger } of killedAtEachCall({ job: 'handle' })) {
    expect(handled.length, `killed at call ${killAt}`).toBeGreaterThan(0);
    expect(ledger.filter((name) => !name.includes('~dup~'))).toEqual(['m.json']);
    if (!survived) continue;
    expect(handled).toEqual(['m 1']);
    expect(killAt).toBeGreaterThan(4); // At least the owner record, the claim, the time stamp, the acknowledgement.
  }
}, 180_000);

test('the same notices a memory that is written before its message', async () => {
  let isLost = false;
  for await (const { survived, handled } of killedAtEachCall({ job: 'send', fault: 'memoryBeforeMessage' })) {
    isLost = !survived && handled.length === 0;
    if (isLost) break;
  }
  expect(isLost).toBe(true);
}, 180_000);
