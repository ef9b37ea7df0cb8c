import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
import { interop, type InteropOptions } from '../src/interop.ts';
import type { Findings } from '../src/oracle.ts';

const tool = join(import.meta.dirname, '..');
const bundled = join('dist', `test-${process.pid}`);
const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0;

beforeAll(() => bundleTool(tool, ['producer', 'consumer'], bundled));
afterAll(() => rmSync(join(tool, bundled), { recursive: true }));

const LIMIT_MS = 100_000;

async function attempt(rest: Partial<InteropOptions>): Promise<Findings> {
  await using directory = await temporaryDirectory();
  return await interop({
    directory: directory.path,
    programs: { bundled: join(tool, bundled), tool },
    messages: 200,
    processes: 1,
    kills: 0,
    seed: 1,
    limit_ms: LIMIT_MS,
    ...rest,
  });
}

test.skipIf(!python)(
  'Python and TypeScript share one inbox, some are killed, nothing is lost and nothing handled twice [needs python3 >= 3.10]',
  async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}`);
    const { faults, ...figures } = await attempt({ messages: 1_000, processes: 2, kills: 6, seed });
    console.log(JSON.stringify(figures));
    expect(faults).toEqual([]); // Too few that a language handled, or too few kills, are faults as well.
  },
);

const idle = `import signal\nsignal.sigwait({signal.SIGTERM})\n`;
test.skipIf(!python).each([
  ['that waits for ever', idle, []],
  [
    'that ends in silence',
    `import sys\nsys.exit(3)\n`,
    ['a consumer in python ended with 3, and nobody had told it to stop'],
  ],
])(
  'a consumer in one language %s is noticed, though the other language handles everything [needs python3 >= 3.10]',
  async (_how, program, besides) => {
    await using planted = await temporaryDirectory();
    cpSync(join(tool, 'python'), join(planted.path, 'interop/python'), { recursive: true });
    cpSync(join(tool, '../examples/python'), join(planted.path, 'examples/python'), { recursive: true });
    writeFileSync(join(planted.path, 'interop/python/consumer.py'), program);
    const programs = { bundled: join(tool, bundled), tool: join(planted.path, 'interop') };
    const { faults, handled } = await attempt({ programs });
    expect(handled).toEqual({ python: 0, typescript: 200 });
    expect(faults.toSorted()).toEqual([
      ...besides,
      'too little to show anything: 0 messages handled by Python, at least 4 are needed',
    ]);
  },
);

test.skipIf(!python)(
  'a message that vanishes from the inbox is noticed [needs python3 >= 3.10]',
  async () => {
    let removed = false;
    const { faults, took_ms } = await attempt({
      onRound: (root) => {
        const pause = join(root, 'locks/paused/all.json');
        if (removed) return;
        writeFileSync(pause, ''); // So that something is there to vanish.
        const victim = readdirSync(join(root, 'inbox/coder')).find((name) => /%5f\d*[1-9]_task/.test(name));
        if (victim === undefined) return;
        rmSync(join(root, 'inbox/coder', victim));
        rmSync(pause);
        removed = true;
      },
    });
    expect(faults.some((fault) => fault.startsWith('lost: '))).toBe(true);
    expect(took_ms).toBeLessThan(LIMIT_MS); // Nobody waits for what can no longer come.
  },
);

test.skipIf(!python)('a message that is handled again is noticed [needs python3 >= 3.10]', async () => {
  let repeated = false;
  const { faults } = await attempt({
    onRound: (root, done) => {
      if (repeated || done < 10) return;
      const workflow = join(root, 'processed/inbox/coder/load');
      const [task = ''] = readdirSync(workflow); // Whose messages come first is chance.
      const name = readdirSync(join(workflow, task)).find((file) => !file.includes('~'));
      if (name === undefined) return;
      renameSync(join(workflow, task, name), join(root, 'inbox/coder/again.json'));
      repeated = true;
    },
  });
  expect(faults.some((fault) => fault.startsWith('handled twice: '))).toBe(true);
});
