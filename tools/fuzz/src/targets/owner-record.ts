import { OwnerObserver, processIdentity, type OwnerRecord } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { parseOwnerRecord } from '../../../../packages/fs-atomic/src/owner-record.ts';
import { holderOf } from '../../../../packages/queue/src/file-store/recovery.ts';
import { FUZZED_ROOT, hostileFileSystem } from '../hostile-file-system.ts';
import { mustBePlain } from '../rules/prototypes.ts';
import { render } from '../rules/rendered.ts';
import { drawnJson, drawnOwners } from '../structured.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';

const OWNER = '7h2k0m4s';
const identity = processIdentity();

/** Owner records: read, watched, and shown as the holder of a lease. */
export const ownerRecordTarget: Target = {
  name: 'owner-record',
  about: 'the records of sessions, as an observer reads them and the cli shows them',
  kind: 'memory',
  share: 2,
  material: (seed) => ({ seeds: [...drawnOwners(seed), ...drawnJson(seed).slice(0, 4)] }),
  async run(input) {
    const record = parseOwnerRecord(input, OWNER);
    if (record !== null) examine(record);
    const clock = new ManualClock();
    const observer = new OwnerObserver({
      directory: `${FUZZED_ROOT}/locks/owners`,
      endedDirectory: `${FUZZED_ROOT}/locks/ended`,
      fileSystem: hostileFileSystem({ content: input, names: [`${OWNER}.json`] }),
      clock,
      identity,
    });
    await observer.observe(OWNER);
    clock.freeze(1_000);
    const state = await observer.observe(OWNER);
    if (state === 'absent') throw new Violation('owner', 'a record that is there counts as absent');
    const holder = holderOf(OWNER, await observer.record(OWNER), state === 'expired' ? 'dead' : state);
    if (!seldom(input, 10)) return;
    const box = { kind: 'inbox', agentId: 'coder' } as const;
    const summary = {
      box,
      registered: true,
      ready: 1,
      delayed: 0,
      leased: 1,
      dead: 0,
      unlisted: [],
      readyTypes: [],
      workers: 1,
      oldestReady_ms: 99_999,
      unadopted: 1,
      finished: 1,
    };
    render.inspection({
      root: FUZZED_ROOT,
      takenAt: '2026-01-01T00:00:00.000Z',
      boxes: [
        {
          ...summary,
          holders: [
            { ...holder, leases: 1 },
            { ...holder, state: 'dead', leases: 2 },
          ],
        },
      ],
      pauses: [],
      temporary: 1,
      window_ms: 60_000,
      isFinishedComplete: false,
      unreadable: [],
    });
  },
};

function examine(record: OwnerRecord): void {
  mustBePlain(record, 'an owner record');
  if (record.owner !== OWNER) throw new Violation('owner', `the record of ${JSON.stringify(record.owner)}`);
  if (!(record.lease_ms > 0 && Number.isFinite(record.lease_ms)))
    throw new Violation('owner', `a lease of ${record.lease_ms} ms`);
}
