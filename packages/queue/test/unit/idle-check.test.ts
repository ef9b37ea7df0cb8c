import type { FileStatus } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdleCheck } from '../../src/file-store/idle-check.ts';
import { fakeDisk } from './fake-disk.ts';

/** A directory whose time moves in ticks, and whose `status` may take long. */
class TickingDirectory {
  readonly clock = new ManualClock();
  names = 0;
  /** How many names there were when its status was looked at last. */
  namesSeen = 0;
  /** What happens before the next status is taken, and between that and its arrival. */
  before: (() => void) | undefined;
  after: (() => void) | undefined;
  readonly #tick_ms: number;
  readonly #offset_ms: number;
  #modified_ms: number;

  constructor(tick_ms: number, offset_ms: number) {
    this.#tick_ms = tick_ms;
    this.#offset_ms = offset_ms;
    this.#modified_ms = this.#tick();
  }

  add(): void {
    this.names += 1;
    this.#modified_ms = this.#tick();
  }

  pass(time_ms: number): void {
    this.clock.freeze(time_ms);
  }

  check(): IdleCheck {
    return new IdleCheck(fakeDisk(this.clock, { status: () => this.#status() }), '/box');
  }

  #status(): FileStatus {
    this.before?.();
    this.namesSeen = this.names;
    const status: FileStatus = { kind: 'directory', size: 0, modified_ms: this.#modified_ms, mode: 0o700 };
    this.after?.();
    this.before = undefined;
    this.after = undefined;
    return status;
  }

  #tick(): number {
    const time_ms = this.clock.monotonic() + this.#offset_ms;
    return time_ms - (time_ms % this.#tick_ms);
  }
}

describe('an idle check', () => {
  test('needs no listing once the time of the last change is surely over', async () => {
    const directory = new TickingDirectory(1, 0);
    const check = directory.check();
    await check.beginListing();
    expect(await check.isUnchanged()).toBe(false);
    directory.pass(2_001);
    expect(await check.isUnchanged()).toBe(false);
    await check.beginListing();
    for (let poll = 0; poll < 10; poll += 1) {
      expect(await check.isUnchanged()).toBe(true);
      directory.pass(999);
    }
    directory.add();
    expect(await check.isUnchanged()).toBe(false);
  });

  test('has the directory listed now and then, whatever its time says', async () => {
    const directory = new TickingDirectory(Number.MAX_SAFE_INTEGER, 0);
    const check = directory.check();
    await check.beginListing();
    directory.pass(2_001);
    await check.beginListing();
    directory.add();
    expect(await check.isUnchanged()).toBe(true); // A file system that does not keep times cannot be seen through ...
    directory.pass(10_001);
    expect(await check.isUnchanged()).toBe(false); // ... but it is not believed for long.
  });

  test('waits for the end of the coarsest tick', async () => {
    const directory = new TickingDirectory(2_000, 1_000); // A tick begins just now.
    const check = directory.check();
    await check.beginListing();
    directory.pass(1_999);
    await check.beginListing();
    directory.add();
    expect(await check.isUnchanged()).toBe(false);
  });

  test('is not misled by a status that took long', async () => {
    const directory = new TickingDirectory(2_000, 0);
    const check = directory.check();
    // The process stops before the call gets through, and the last change comes just before it does.
    directory.before = () => {
      directory.pass(2_900);
      directory.add();
    };
    await check.beginListing();
    await check.beginListing();
    directory.add();
    expect(await check.isUnchanged()).toBe(false);
  });

  test('never misses a change within the granularity of the time', async () => {
    const step = oneof(
      {
        weight: 4,
        arbitrary: record({ kind: constant('pass' as const), time_ms: integer({ min: 0, max: 4_500 }) }),
      },
      { weight: 3, arbitrary: constant({ kind: 'add' as const }) },
      { weight: 3, arbitrary: constant({ kind: 'list' as const }) },
      { weight: 4, arbitrary: constant({ kind: 'look' as const }) },
      {
        weight: 2,
        arbitrary: record({
          kind: constantFrom('before' as const, 'after' as const),
          time_ms: nat(3_000),
          adds: nat(1),
        }),
      },
    );
    const ticks = constantFrom(1, 10, 1_000, 2_000);
    await assert(
      asyncProperty(
        ticks,
        nat(2_000),
        array(step, { minLength: 5, maxLength: 40 }),
        async (tick, offset, steps) => {
          const directory = new TickingDirectory(tick, offset);
          const check = directory.check();
          let listed = -1;
          for (const one of steps) {
            if (one.kind === 'pass') directory.pass(one.time_ms);
            else if (one.kind === 'add') directory.add();
            else if (one.kind === 'list') {
              await check.beginListing();
              listed = directory.names;
            } else if (one.kind === 'look') {
              // What it says is true of the moment at which the directory was looked at.
              if (await check.isUnchanged()) expect(directory.namesSeen).toBe(listed);
            } else {
              directory[one.kind] = () => {
                directory.pass(one.time_ms);
                if (one.adds > 0) directory.add();
              };
            }
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
