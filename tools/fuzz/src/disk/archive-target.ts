import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Random } from '../../../simulate/src/random.ts';
import { HOSTILE_TEXTS } from '../dictionary.ts';
import { mutate } from '../mutate-bytes.ts';
import { Violation, type Target } from '../target.ts';
import { Canaries, CANARY_TARGETS } from './canaries.ts';
import { goodTask } from './good-messages.ts';
import type { LiveEntry } from './live-tree.ts';
import { operatorTree } from './operator-tree.ts';
import { runCommand } from './run-command.ts';
import { tarOf, type TarMember } from './tar.ts';
import { workplace } from './workplace.ts';

/** An archive for `import`: what it is made of, so that a failing one can be read by people. */
interface ArchivePlan {
  readonly format: 'tar' | 'ndjson';
  readonly gzip: boolean;
  readonly members: readonly TarMember[];
  /** What stands in its place, where bytes of the whole were changed after all: base64. */
  readonly bytes: string | null;
}

let tree: readonly LiveEntry[] = [];

/** Archives that `import` is given: made by anybody, of any names, kinds and sizes, cut off, changed anywhere. */
export const archiveTarget: Target = {
  name: 'archive',
  about: 'archives (tar and lines, packed or not) for import: names, kinds, sizes, contents, bytes',
  kind: 'disk',
  share: 1,
  material: () => ({ seeds: [] }),
  prepare: async () => {
    tree = await operatorTree();
  },
  input: (random) => new TextEncoder().encode(JSON.stringify(planFor(random), null, 1)),
  async run(input) {
    const plan = JSON.parse(new TextDecoder().decode(input)) as ArchivePlan;
    const directory = mkdtempSync(join(workplace(), 'tapps-fuzz-'));
    try {
      const canaries = new Canaries(join(directory, 'outside'), JSON.stringify(goodTask('canary')));
      const file = `given.${plan.format}${plan.gzip ? '.gz' : ''}`;
      writeFileSync(join(directory, file), bytesOf(plan));
      for (const command of [
        ['import', file, '-n'],
        ['import', file],
        ['import', file, '--json'],
        ['inspect', '--json'],
      ])
        await runCommand(command, directory);
      canaries.mustBeUntouched();
      const beside = readdirSync(directory).filter((name) => !['messages', 'outside', file].includes(name));
      if (beside.length > 0) throw new Violation('path left its root', beside.join());
    } finally {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

function planFor(random: Random): ArchivePlan {
  const format = random.chance(0.5) ? 'tar' : 'ndjson';
  const members: TarMember[] = [];
  for (let left = random.integer(1, 12); left > 0; left -= 1) members.push(memberFor(random));
  const plan = { format, gzip: random.chance(0.3), members, bytes: null } as const;
  if (random.chance(0.6)) return plan;
  const changed = mutate(random, [bytesOf(plan)]);
  return { ...plan, members: [], bytes: Buffer.from(changed).toString('base64') };
}

const KINDS = ['0', '0', '0', '1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', '\u0000', 'Z'];

/** One in three as it should be; of the others a name, a kind, a size or the content is somebody else's idea. */
function memberFor(random: Random): TarMember {
  const { path, content } = random.pick(tree);
  const name = `messages/${path}${content === null ? '/' : ''}`;
  const base64 = Buffer.from(content ?? new Uint8Array()).toString('base64');
  const kind = content === null ? '5' : '0';
  const member: TarMember = { name, kind, base64, size: null, link: '', modified_s: 1_765_708_503 };
  switch (random.integer(0, 5)) {
    case 0:
      return { ...member, name: nameFrom(random, name) };
    case 1:
      return { ...member, kind: random.pick(KINDS), link: linkFor(random) };
    case 2:
      return { ...member, size: random.pick([-1, 0, 1, 511, 513, 2 ** 25 + 1, 8 ** 11 - 1]) };
    case 3: {
      const changed = mutate(random, [content ?? new Uint8Array()]);
      return { ...member, base64: Buffer.from(changed).toString('base64') };
    }
    default:
      return member;
  }
}

function nameFrom(random: Random, name: string): string {
  const beginnings = ['', 'messages/', 'messages/inbox/coder/', '/', '../', 'messages/../../outside/', './'];
  if (random.chance(0.5))
    return `${random.pick(beginnings)}${random.pick([...HOSTILE_TEXTS, ...CANARY_TARGETS])}`;
  return Buffer.from(mutate(random, [Buffer.from(name)])).toString();
}

function linkFor(random: Random): string {
  return random.pick(['../outside/secret.json', '/etc/passwd', '..', 'x', ...HOSTILE_TEXTS]).slice(0, 90);
}

function bytesOf({ format, gzip, members, bytes }: ArchivePlan): Uint8Array {
  const whole =
    bytes !== null ? Buffer.from(bytes, 'base64') : format === 'tar' ? tarOf(members) : linesOf(members);
  return gzip ? gzipSync(whole) : whole;
}

/** As `export` writes them; a kind that no line has becomes one more field. */
function linesOf(members: readonly TarMember[]): Uint8Array {
  const lines = members.map(({ name, kind, base64, size, modified_s }) => {
    const path = name.replace(/^messages\//, '');
    const modified_at = new Date(modified_s * 1_000).toISOString();
    if (size !== null) return JSON.stringify({ path, modified_at, base64: size });
    return JSON.stringify({ path, modified_at, base64, ...(kind === '0' ? {} : { kind }) });
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
