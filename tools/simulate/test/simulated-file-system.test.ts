import type { FileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { filesIn, inWorld, quietWorld, runProgram } from './support/quiet-world.ts';

async function namesIn(fileSystem: FileSystem, path: string): Promise<string[]> {
  const names = [];
  for await (const batch of fileSystem.list(path)) names.push(...batch.map(({ name }) => name));
  return names;
}

/** Lists a directory of ten files while another process renames one of them; returns what the scan showed. */
async function scanWhileRenaming(seed: number): Promise<string[]> {
  const world = quietWorld(seed);
  const seen: string[] = [];
  await inWorld(world, async () => {
    const { disk } = world.machine;
    for (let index = 0; index < 10; index += 1) disk.make(`/project/still${index}`, 'file', 0o600, 0);
    disk.make('/project/moving', 'file', 0o600, 0);
    world.start('mover', async (_world, process) => {
      await world.fileSystem(process).rename('/project/moving', '/project/moved');
    });
    await runProgram(world, async (_world, process) => {
      seen.push(...(await namesIn(world.fileSystem(process), '/project')));
    });
  });
  return seen;
}

test('a scan shows every name that stands still, one time; one that changes may be missed or shown twice', async () => {
  const ways = new Set<string>();
  for (let seed = 0; seed < 1_000; seed += 1) {
    const seen = await scanWhileRenaming(seed);
    const still = seen.filter((name) => name.startsWith('still')).toSorted();
    expect(still).toEqual(Array.from({ length: 10 }, (_, index) => `still${index}`));
    ways.add(
      seen
        .filter((name) => name.startsWith('mov'))
        .toSorted()
        .join(' '),
    );
  }
  expect(ways).toEqual(
    new Set(['', 'moved', 'moved moving', 'moved moving moving', 'moving', 'moving moving']),
  );
});

test('on Windows an open file cannot be replaced, and keeps its name when it is removed', async () => {
  const world = quietWorld(1, { windows: true, busyShare: 0 });
  await inWorld(world, () =>
    runProgram(world, async (_world, process) => {
      const fileSystem = world.fileSystem(process);
      const file = await fileSystem.create('/project/open', 0o600);
      await (await fileSystem.create('/project/other', 0o600)).close();
      await expect(fileSystem.rename('/project/other', '/project/open')).rejects.toMatchObject({
        code: 'EPERM',
      });
      await fileSystem.remove('/project/open');
      expect(await namesIn(fileSystem, '/project')).toContain('open');
      await expect(fileSystem.create('/project/open', 0o600)).rejects.toMatchObject({ code: 'EPERM' });
      await expect(fileSystem.status('/project/open')).rejects.toMatchObject({ code: 'EPERM' });
      await file.close();
      expect(await namesIn(fileSystem, '/project')).not.toContain('open');
    }),
  );
  expect(world.history.violations).toEqual([]);
});

test('on Windows a file that is held exclusively is free again when its process dies', async () => {
  const world = quietWorld(2, { windows: true, busyShare: 0 });
  await inWorld(world, async () => {
    const holder = world.start('holder', async (_world, process) => {
      await world.fileSystem(process).holdExclusively('/project/alive');
      await new Promise(() => undefined);
    });
    await world.machine.run({ steps: 5, until_ms: 0 }, () => false);
    await runProgram(world, async (_world, process) => {
      const fileSystem = world.fileSystem(process);
      await expect(fileSystem.holdExclusively('/project/alive')).rejects.toMatchObject({ code: 'EBUSY' });
      world.machine.kill(holder);
      await (await fileSystem.holdExclusively('/project/alive'))?.close();
    });
  });
  expect(world.history.violations).toEqual([]);
});

test('errors come as the weather has it, and a write may take less than asked', async () => {
  const spells = [{ fromStep: 0, toStep: 1_000, rate: 0.5, codes: ['ENOSPC'] }];
  const world = quietWorld(3, { spells, shortWrites: 1 });
  const codes = new Set<unknown>();
  await inWorld(world, () =>
    runProgram(world, async (_world, process) => {
      for (let attempt = 0; attempt < 40; attempt += 1) {
        try {
          const file = await world.fileSystem(process).create(`/project/file${attempt}`, 0o600);
          const taken = await file.write(new Uint8Array(100), 0);
          expect(taken).toBeGreaterThan(0);
          codes.add(taken < 100);
          await file.close();
        } catch (error) {
          codes.add(error instanceof Error && 'code' in error ? error.code : error);
        }
      }
    }),
  );
  expect(codes).toEqual(new Set([true, 'ENOSPC']));
  expect(filesIn(world, '')).toEqual([]);
});
