import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from './support/children.ts';
import type { FullLifeSettings } from './support/full-life-program.ts';
import { failOnLeaks } from './support/leaks.ts';
import { place } from './support/place.ts';

/*
 * Messages may hold anything: source, keys, names. So whatever the queue writes, to stay or for a moment, is its owner's alone, by its
 * own doing and not by that of a umask; or a group's, where that was asked for.
 */

failOnLeaks();

const POSIX_ONLY = process.platform === 'win32';
const NO_MODES = 'Windows has no permission bits: who may do what is inherited';

/** Lives a queue's whole life in a process of its own, and returns each mode that was not what it should be. */
async function wrongModes(settings: Omit<FullLifeSettings, 'root'>): Promise<string[]> {
  await using here = await place();
  await using child = await startChild('full-life-program.ts', { ...settings, root: here.root });
  const made = await child.next<string[]>();
  const left = ['', ...readdirSync(here.root, { recursive: true, encoding: 'utf8' })].map((path) => {
    const status = lstatSync(join(here.root, path));
    return `${(status.mode & 0o777).toString(8)}${status.isDirectory() ? '/' : ' '} ${path}`;
  });
  // Every kind of thing was there to be looked at.
  for (const kind of [
    /^\S+ +layout\.json/,
    /inbox.coder.*_task/,
    /outbox.coder/,
    /dlq.*reason\.json/,
    /processed.*\.json/,
    /journal.*failure~/,
    /journal.*once~/,
    /journal.*released~/,
    /journal.*replayed~/,
    /operations.*record\.json/,
    /operations.*set~0\.ndjson/,
    /locks.inbox.coder.*\.json/,
    /locks.owners.*\.json/,
    /locks.paused.all\.json/,
    /mutexes.retention.g\d+~free/,
    /\.agent\.json/,
    /\.gitignore/,
  ])
    expect(left.join('\n')).toMatch(new RegExp(kind, 'm'));
  expect(made.some((path) => /tmp.*\.tmp/.test(path))).toBe(true);
  child.tell('end');
  expect(await child.end()).toBe(0);
  const [file, directory] = settings.access === 'group' ? ['660', '770'] : ['600', '700'];
  return [
    ...left.filter((each) => !each.startsWith(`${directory}/ `) && !each.startsWith(`${file}  `)),
    // An empty file that asks the file system for its time is nobody else's business, whoever shares the rest.
    ...made.filter(
      (each) =>
        ![`${directory} `, `${file} `].some((mode) => each.startsWith(mode)) &&
        !/^600 tmp.[^/\\]+$/.test(each),
    ),
  ];
}

test.for(['000', '022', '077', '027'])(
  'under umask %s directories are 0700 and files 0600, with access for the group 0770 and 0660',
  { timeout: 60_000 },
  async (octal, { skip }) => {
    skip(POSIX_ONLY, NO_MODES);
    const umask = Number.parseInt(octal, 8);
    expect(await wrongModes({ umask })).toEqual([]);
    expect(await wrongModes({ umask, access: 'group' })).toEqual([]);
  },
);

test('the same notices modes that are left to the umask', async ({ skip }) => {
  skip(POSIX_ONLY, NO_MODES);
  expect((await wrongModes({ umask: 0o000, careless: true })).length).toBeGreaterThan(20);
  expect((await wrongModes({ umask: 0o022, careless: true, access: 'group' })).length).toBeGreaterThan(20);
}, 60_000);
