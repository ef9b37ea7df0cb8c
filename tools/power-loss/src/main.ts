import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from '../../command-line.ts';
import { Campaign } from './campaign.ts';
import { allControls, quickControls, type Control } from './controls.ts';
import { kinds, type Kind } from './kinds.ts';
import { whyNoPlug } from './plug.ts';

/*
 * `npm run power-loss -- [--only ext4,xfs,btrfs] [--rounds 6] [--controls quick] [--directory /dev/shm] [--seed 1]`
 *
 * So many rounds on each file system, in images in that directory; then rounds with planted mistakes, `quick` ones, `all` or
 * `none`, which have to be noticed. The seed tells the moments, not what the processes do until then.
 * With `--rounds 0` there are those alone.
 * Exits with 1 when a promise was broken or a mistake was not noticed, and with 77 when neither, but not every file system
 * could be had here.
 */

/** For an image, its copy, and the copy of that. */
const leastRoom_bytes = 2 * 1_024 ** 3;

const USAGE = `npm run power-loss -- [--only ${kinds.join(',')}] [--rounds 6] [--controls quick|all|none] [--directory DIRECTORY] [--seed N]
    so many rounds on each file system, in images in that directory (as root); then rounds with planted mistakes`;

const { values } = readCommandLine(USAGE, {
  options: {
    only: { type: 'string', default: kinds.join(',') },
    rounds: { type: 'string', default: '6' },
    controls: { type: 'string', default: 'quick' },
    directory: { type: 'string', default: fastDirectory() },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const chosen = values.only.split(',').map(kindNamed);
const rounds = wholeNumber('rounds', values.rounds);
const controls = controlsNamed(values.controls);
const seed = wholeNumber('seed', values.seed);
if (rounds === 0 && controls.length === 0) {
  console.error(
    '--rounds 0 with --controls none would try nothing. Ask for rounds, or for planted mistakes.',
  );
  process.exit(2);
}
// Where images are made.
process.env['TMPDIR'] = values.directory;
const folder = mkdtempSync(join(tmpdir(), 'tapps-power-loss-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let skipped = 0;
for (const kind of chosen) {
  const reason = whyNoPlug(kind);
  if (reason !== null) {
    console.log(`${kind}: SKIPPED. ${reason}`);
    skipped += 1;
    continue;
  }
  const campaign = new Campaign(kind, folder, seed);
  const isKept = rounds === 0 || (await campaign.keep(rounds));
  const isNoticed = await campaign.control(controls);
  if (!isKept || !isNoticed) process.exitCode = 1;
}
// What a test says that could not run here (automake, "Scripts-based Testsuites").
if (skipped > 0) process.exitCode ??= 77;

/**
 * Memory, where there is enough of it: an image is then as good as a disk that never forgets, and a flush of what lies below it is
 * not what this is about.
 */
function fastDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > leastRoom_bytes ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

function kindNamed(name: string): Kind {
  const kind = kinds.find((one) => one === name);
  if (kind !== undefined) return kind;
  console.error(`--only takes some of ${kinds.join(',')}; got ${name}.`);
  process.exit(2);
}

function controlsNamed(name: string): readonly Control[] {
  if (name === 'none') return [];
  if (name === 'quick') return quickControls;
  if (name === 'all') return allControls;
  console.error(`--controls takes none, quick or all; got ${name}.`);
  process.exit(2);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} takes a whole number; got ${text}.`);
  process.exit(2);
}
