import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { place } from './support/place.ts';

failOnLeaks();

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const PER_BOX = 150;

/** Ledger entries of three agents and temporary files, all of a month ago, and an owner's record. */
function fill(root: string): void {
  const old = new Date(Date.now() - 30 * 864e5);
  const put = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '{}');
    utimesSync(join(root, path), old, old);
  };
  for (const agent of ['aaa', 'bbb', 'ccc'])
    for (let index = 0; index < PER_BOX; index += 1) put(`processed/inbox/${agent}/w/t/m${index}.json`);
  for (let index = 0; index < 20; index += 1) put(`tmp/t${index}.tmp`);
  put('locks/owners/aaaaaaaa.json');
}

function left(root: string, path: string): number {
  return existsSync(join(root, path)) ? readdirSync(join(root, path)).length : 0;
}

test.each([
  ['a ledger entry cannot be removed', { verb: 'remove', path: '/aaa/w/t/m7.json' }, { aaa: 1, tmp: 0 }],
  ['a whole box cannot be emptied', { verb: 'remove', path: '/aaa/' }, { aaa: PER_BOX, tmp: 0 }],
  ['a box cannot be listed', { verb: 'list', path: 'inbox/aaa' }, { aaa: PER_BOX, tmp: 0 }],
  ['an owner’s record cannot be read', { verb: 'read', path: 'aaaaaaaa.json' }, { aaa: 0, tmp: 0 }],
  ['a temporary file cannot be removed', { verb: 'remove', path: 't3.tmp' }, { aaa: 0, tmp: 1 }],
] as const)('%s: it is reported, and the rest goes', async (_what, fault, stays) => {
  await using here = await place();
  const { root } = here;
  const fileSystem = new FaultyFileSystem();
  const mq = await openQueue({ root, agent: 'lead', retention: false, fileSystem });
  fill(root);
  // Of a temporary file Windows says EACCES while its writer has it open: that is kept, and no failure.
  const code = fault.path === 't3.tmp' ? 'EIO' : 'EACCES';
  fileSystem.fail({ ...fault, code, ...ALWAYS });
  const report = (await mq.operations.retain())!;
  expect({ aaa: left(root, 'processed/inbox/aaa/w/t'), tmp: left(root, 'tmp') }).toEqual(stays);
  expect([left(root, 'processed/inbox/bbb/w/t'), left(root, 'processed/inbox/ccc/w/t')]).toEqual([0, 0]);
  expect(report.failed).toBeGreaterThan(0);
  expect(report.failures.length).toBe(Math.min(report.failed, 100));
  for (const failure of report.failures)
    expect(failure).toMatchObject({
      place: expect.stringMatching(/aaa|t3\.tmp/),
      detail: expect.stringContaining(code),
    });
  await mq.close();
});

test('in the background it is an error event that names the first of them, beside what was removed', async () => {
  await using here = await place();
  const { root } = here;
  const fileSystem = new FaultyFileSystem();
  const mq = await openQueue({ root, agent: 'lead', retention: { interval: 1 }, fileSystem });
  fileSystem.fail({ verb: 'remove', path: '/aaa/w/t/m7.json', code: 'EACCES', ...ALWAYS });
  const error = new Promise((resolve) => mq.events.once('error', resolve));
  const retained = new Promise((resolve) => {
    mq.events.on('retained', (event) => {
      if (event.failed > 0) resolve(event);
    });
  });
  fill(root);
  expect(await error).toMatchObject({
    code: 'ERR_RETENTION_INCOMPLETE',
    message: expect.stringMatching(/1 of .*aaa\/w\/t\/m7\.json/s),
  });
  expect(await retained).toMatchObject({ failed: 1 });
  await mq.close();
});
