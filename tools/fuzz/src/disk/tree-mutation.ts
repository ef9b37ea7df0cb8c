import type { Random } from '../../../simulate/src/random.ts';
import { HOSTILE_TEXTS } from '../dictionary.ts';
import { mutate } from '../mutate-bytes.ts';
import { CANARY_TARGETS } from './canaries.ts';
import type { LiveEntry } from './live-tree.ts';
import { planBytes, type Plan, type Step } from './plan.ts';

const SPARSE_BYTES = 10 * 2 ** 30;

/** What to do to a live tree: a few names and contents changed, and a few things added that do not belong there. */
export function planFor(random: Random, tree: readonly LiveEntry[]): Uint8Array {
  const steps: Step[] = [];
  for (let left = random.integer(1, 6); left > 0; left -= 1) steps.push(random.pick(MAKERS)(random, tree));
  return planBytes({ steps } satisfies Plan);
}

type Maker = (random: Random, tree: readonly LiveEntry[]) => Step;

const changeContent: Maker = (random, tree) => {
  const files = tree.flatMap(({ path, content }) => (content === null ? [] : [{ path, content }]));
  const { path, content } = random.pick(files);
  const others = files.map((file) => file.content);
  return write(path, mutate(random, random.chance(0.9) ? [content] : others));
};

const changeName: Maker = (random, tree) => {
  const { path } = random.pick(tree);
  const [directory, name] = divided(path);
  return { op: 'move', path, to: `${directory}${nameFrom(random, name)}` };
};

/** A file of one kind in the place of another: a reason as a message, a lease in the ledger. */
const misplace: Maker = (random, tree) => {
  const { content } = random.pick(tree.filter((entry) => entry.content !== null));
  const [directory] = divided(random.pick(tree).path);
  const [, name] = divided(random.pick(tree).path);
  return write(
    `${directory}${random.chance(0.5) ? name : nameFrom(random, name)}`,
    content ?? new Uint8Array(),
  );
};

const addJunk: Maker = (random, tree) => {
  const [directory, name] = divided(random.pick(tree).path);
  const content = mutate(
    random,
    tree.flatMap((entry) => entry.content ?? []),
  );
  return write(`${directory}${random.chance(0.5) ? nameFrom(random, name) : hostileName(random)}`, content);
};

const remove: Maker = (random, tree) => ({ op: 'remove', path: random.pick(tree).path });

/** Something that is no file, in the place of what is there or beside it. */
const putSpecial: Maker = (random, tree) => {
  const [directory, name] = divided(random.pick(tree).path);
  const path = `${directory}${random.chance(0.6) ? name : nameFrom(random, name)}`;
  const kind = random.next();
  if (kind < 0.5) return { op: 'link', path, target: linkTarget(random, tree, path) };
  if (kind < 0.9) return { op: 'directory', path };
  if (kind < 0.95) return { op: 'pipe', path };
  return { op: 'sparse', path, bytes: SPARSE_BYTES };
};

const MAKERS: readonly Maker[] = [
  changeContent,
  changeContent,
  changeContent,
  changeName,
  misplace,
  addJunk,
  remove,
  putSpecial,
  putSpecial,
];

/** Outside (relative and absolute), to itself, to a directory, to nothing. */
function linkTarget(random: Random, tree: readonly LiveEntry[], path: string): string {
  const up = '../'.repeat(path.split('/').length);
  return random.pick([
    ...CANARY_TARGETS.map((name) => `${up}outside/${name}`),
    ...CANARY_TARGETS.map((name) => `${up}outside/${name}`),
    divided(path)[1],
    '.',
    '..',
    'nowhere',
    `${'../'.repeat(path.split('/').length - 1)}${random.pick(tree).path}`,
    '/dev/zero',
  ]);
}

function nameFrom(random: Random, name: string): string {
  const made = Buffer.from(mutate(random, [Buffer.from(name, 'latin1')])).toString('latin1');
  return cleaned(
    random.chance(0.6) && name.endsWith('.json') && !made.endsWith('.json') ? `${made}.json` : made,
  );
}

function hostileName(random: Random): string {
  return cleaned(
    Buffer.from(
      `${random.pick(HOSTILE_TEXTS)}${random.pick(['', '.json', '.tmp', '.reason.json'])}`,
    ).toString('latin1'),
  );
}

/** What the system takes for one name: no slash, no NUL, at most 255 bytes. */
function cleaned(name: string): string {
  const taken = name.replaceAll(/[/\u0000]/g, '').slice(0, 255);
  return ['', '.', '..'].includes(taken) ? 'x' : taken;
}

function divided(path: string): [directory: string, name: string] {
  const at = path.lastIndexOf('/') + 1;
  return [path.slice(0, at), path.slice(at)];
}

function write(path: string, content: Uint8Array): Step {
  return { op: 'write', path, base64: Buffer.from(content).toString('base64') };
}
