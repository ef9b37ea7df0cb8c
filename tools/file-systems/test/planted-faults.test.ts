import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { storeConformance } from '@tapps-agents/queue/store-conformance';
import { beforeAll, describe, expect, test } from 'vitest';
import { whyUnavailable } from '../src/availability.ts';
import { deniedBox } from '../src/denied-box.ts';
import { failFlush, failingFlush, whyNoStrace } from '../src/failing-flush.ts';
import { sendAtOnce } from '../src/few-descriptors.ts';
import { fillUp, fullDisks } from '../src/full-disk.ts';
import { createImage } from '../src/image.ts';
import { fileSystemWith, type PlantedFault } from '../src/planted-faults.ts';
import { promises } from '../src/promises.ts';
import { reachedDurability } from '../src/reached-durability.ts';
import { readOnly } from '../src/read-only.ts';
import { roomForBytes, type Room } from '../src/room.ts';
import { runStoreSuite } from '../src/store-suite.ts';
import { runTraffic } from '../src/traffic.ts';
import { titleWith } from './title.ts';

/** Every check is shown to notice a fault: on the file system that this computer happens to have, or on a small image. */

/** Plain JavaScript, without declarations. */
const startTool: string = '../../start-tool.mjs';

beforeAll(async () => {
  const tool = (await import(startTool)) as {
    readonly bundleTool: (directory: string, names: readonly string[]) => Promise<void>;
  };
  await tool.bundleTool(join(import.meta.dirname, '..'), ['program']);
});

async function run(check: string, fault?: PlantedFault): Promise<string> {
  await using place = await temporaryDirectory();
  const directory = join(place.path, 'check');
  mkdirSync(directory);
  if (check === 'end to end')
    return await runTraffic({ directory, fault }, fault === undefined ? 60_000 : 2_000);
  const found = promises.find(({ name }) => name === check);
  if (found === undefined) throw new Error(`There is no check ${check}.`);
  return await found.run({ directory, fault });
}

const noticed: readonly (readonly [check: string, fault: PlantedFault, saying: RegExp])[] = [
  ['one taker', 'copies and keeps the original', /taken 600 times/],
  ['one creator', 'creates what exists', /were taken/],
  ['mutex', 'moves nothing', /generation|inside/],
  ['replaced files', 'replaces in pieces', /were not whole/],
  ['listings', 'forgets names', /missed/],
  ['heartbeats', 'keeps its times', /living owner/],
  ['end to end', 'forgets names', /in vain/],
];

describe.skipIf(process.platform === 'win32')('on the file system at hand [POSIX rename and signals]', () => {
  test.each(noticed)('%s: notices what %s', async (check, fault, saying) => {
    await expect(run(check, fault)).rejects.toThrow(saying);
  });

  test('end to end: notices that what the killed process held is lost', async () => {
    await using place = await temporaryDirectory();
    const traffic = runTraffic({ directory: place.path, fault: 'loses what is taken back' }, 60_000);
    await expect(traffic).rejects.toThrow(/was never finished/);
  });

  test('store suite: notices what copies instead of renaming', async () => {
    await using place = await temporaryDirectory();
    const cases = storeConformance.filter(({ name }) => name.includes('exactly one gets each'));
    const fileSystem = fileSystemWith('copies instead of renaming');
    expect((await runStoreSuite(place.path, fileSystem, cases)).failed).toHaveLength(cases.length);
    expect((await runStoreSuite(place.path, nodeFileSystem(), cases)).failed).toEqual([]);
  });

  test('few descriptors: notices messages that vanish', async () => {
    await expect(
      sendAtOnce({ descriptors: 200, left: 4, count: 20, patience_ms: 2_000 }, 'forgets names'),
    ).rejects.toThrow(/in vain/);
  });

  test('few descriptors: notices that every send was refused', async () => {
    await expect(
      sendAtOnce({ descriptors: 200, left: 4, count: 20, patience_ms: 2_000 }, 'refuses what is sent'),
    ).rejects.toThrow('All 20 sends were refused.');
  });

  test('few descriptors: notices that there were enough', async () => {
    await expect(sendAtOnce({ descriptors: 200, left: 100, count: 20, patience_ms: 60_000 })).rejects.toThrow(
      'with 100 descriptors left, no open was refused',
    );
  });
});

function isNoticed(found: string): boolean {
  return found.includes('confirmed messages are not on the disk');
}

const noExt4 = whyUnavailable('ext4');

describe.skipIf(noExt4 !== null)(titleWith('on an image of ext4', noExt4), () => {
  test.each(['flushes nothing', 'flushes no names'] as const)(
    'full durability: notices what %s',
    async (fault) => {
      const found: string[] = [];
      // Somebody may call sync(2) between the message and the look; not three times in a row.
      for (let attempt = 1; attempt <= 3 && !found.some(isNoticed); attempt += 1) {
        // The kernel is not to write anything of its own accord meanwhile.
        await using image = await createImage('ext4', { mountOptions: ['commit=600'] });
        found.push(await reachedDurability.run({ directory: image.directory, image, fault }).catch(String));
      }
      expect(found.some(isNoticed), found.join()).toBe(true);
    },
  );

  test('a full disk: notices messages that are cut short', async () => {
    // Which comes first depends on where a directory has no room for one more name.
    await expect(fullDisks[0]?.run('trusts short writes')).rejects.toThrow(
      /sending ended with no error|is not a whole message/i,
    );
  });

  test('a full disk: notices that retention made no room', async () => {
    await expect(fullDisks[0]?.run('keeps what is finished')).rejects.toThrow(
      /and the next message found no room: ERR_DISK_FULL/,
    );
  });

  test('a full disk: notices consumers that said nothing, as they had room or nothing to do', async () => {
    await using image = await createImage('ext4', { size_mib: 16 });
    const real = nodeFileSystem();
    const filling = async (name: string, room: Room, left: number, fileSystem = real): Promise<string> => {
      const directory = join(image.directory, name);
      mkdirSync(directory);
      return await fillUp(directory, room, left, fileSystem);
    };
    const room = roomForBytes(image.directory);
    const roomAtClaims: FileSystem = {
      ...real,
      rename(from, to) {
        if (to.includes(join('locks', 'inbox'))) room.giveAllBack();
        return real.rename(from, to);
      },
    };
    await expect(filling('first', room, 400_000, roomAtClaims)).rejects.toThrow(
      /had a session reported nothing/,
    );
    room.giveAllBack();
    let taken = 0;
    const roomLater: Room = {
      ...room,
      takeAll: () => ((taken += 1) === 3 ? room.giveAllBack() : room.takeAll()),
    };
    // Until then, what was taken stays with who took it, whom the next one must not wait for.
    const leasesStay: FileSystem = {
      ...real,
      rename(from, to) {
        if (taken < 3 && from.includes(join('locks', 'inbox')))
          throw Object.assign(new Error('ENOSPC: planted'), { code: 'ENOSPC' });
        return real.rename(from, to);
      },
    };
    await expect(filling('second', roomLater, 400_000, leasesStay)).rejects.toThrow(
      /had none yet reported nothing/,
    );
    room.giveAllBack();
    await expect(filling('third', room, 0)).rejects.toThrow(/Nothing was sent before/);
  });

  test('a read-only file system: notices what is refused and not said', async () => {
    await expect(readOnly[0]?.run('hides what is refused')).rejects.toThrow();
  });

  test('a box without permission: notices what is refused and not said', async () => {
    await expect(deniedBox.run('hides what is refused')).rejects.toThrow(/ended with/);
  });
});

const noStrace = whyNoStrace();

describe.skipIf(noStrace !== null)(titleWith('under strace', noStrace), () => {
  test('a failing flush: notices one that is hidden, and one that is repeated', async () => {
    await expect(failFlush(1, 'hides failed flushes')).rejects.toThrow(
      /\(number 1\) failed, and 0 calls did/,
    );
    await expect(failFlush(13, 'repeats failed flushes')).rejects.toThrow(/the same file was flushed again/);
    expect(await failFlush(13)).toBe('files');
  });

  test('failing flushes: notices that none could fail', async () => {
    await expect(failingFlush.run('flushes nothing')).rejects.toThrow(/Only 0 flushes of files and 0 of dir/);
    await expect(failingFlush.run('flushes no names')).rejects.toThrow(/and 0 of directories could fail/);
  });
});
