import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { diagnose } from './support/diagnose.ts';
import { failOnLeaks } from './support/leaks.ts';
import { files, place } from './support/place.ts';
import { message, put } from './support/python-directory.ts';

failOnLeaks();

const directory = fc.constantFrom(
  'coder',
  'Coder',
  'my-agent',
  '%43oder',
  'a b',
  'é',
  'con',
  `x${'y'.repeat(70)}`,
  'inbox',
  '-',
);
const stem = fc.constantFrom(
  'a',
  'b',
  'B',
  '',
  '.',
  '..',
  '.hidden',
  '%zz',
  'é',
  'a b',
  `n${'x'.repeat(180)}`,
  'a.json',
  'a~b',
);
const ending = fc.constantFrom(
  '.json',
  '.reason.txt',
  '.json.reason.txt',
  '.reason.json',
  '.jsonl',
  '.tmp',
  '',
);
const path = fc
  .tuple(fc.constantFrom('dlq', 'processed', 'locks', 'inbox', 'outbox'), fc.option(directory), stem, ending)
  .map(([top, below, name, end]) =>
    [top, below, /^\.{0,2}$/.test(`${name}${end}`) ? 'x' : `${name}${end}`]
      .filter((part) => part !== null)
      .join('/'),
  );

const ids = fc.constantFrom('m-1', 'm-2', '../../x', 'Coder', 'é', 'x'.repeat(600), '\u0000', '');
const json = fc.record(
  {
    message_id: fc.oneof(ids, fc.jsonValue({ maxDepth: 1 })),
    assigned_to: fc.oneof(ids, fc.constant(null), fc.constantFrom('my agent', 'coder')),
    agent_id: ids,
    message_type: fc.constantFrom('task_assignment', 'status_update', 'Bad Type', 7),
    workflow_id: ids,
    created_at: fc.constantFrom('2026-01-09T00:00:00Z', 'yesterday', 5),
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  ids,
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const content = fc.oneof(
  json.map((fields) => Buffer.from(message(fields))),
  fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(lines.join('\n'))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

/** How often each content is there, below a root. */
function contentsOf(root: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const file of files(root)) {
    const text = readFileSync(join(root, file)).toString('base64');
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return found;
}

test('whatever lies where the Python writer puts its files, nothing is lost by adopting, and twice is as once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(path, content), { minLength: 1, maxLength: 12 }), async (given) => {
      await using here = await place();
      put(here.root, 'inbox/coder/.keep', 'keep');
      put(here.root, 'tmp/.keep', 'keep');
      for (const [at, bytes] of given) {
        try {
          put(here.root, at, bytes);
        } catch (error) {
          // A file where another's directory would be, or a name that is none here.
          if (
            !['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'EINVAL', 'ENOENT'].includes(
              String((error as NodeJS.ErrnoException).code),
            )
          )
            throw error;
        }
      }
      const before = contentsOf(here.root);
      await using mq = await openQueue({ root: here.root, agent: 'coder', create: false, retention: false });
      await diagnose(mq, true);
      const after = contentsOf(here.root);
      for (const [text, times] of before) expect(after.get(text) ?? 0).toBeGreaterThanOrEqual(times);
      for (const outside of files(here.path)) expect(outside.startsWith('messages/')).toBe(true);

      const settled = files(here.root);
      const found = await diagnose(mq, true);
      expect(Object.keys(found).filter((code) => code.startsWith('unadopted'))).toEqual([]);
      expect(files(here.root)).toEqual(settled);
    }),
    { numRuns: 60 },
  );
});
