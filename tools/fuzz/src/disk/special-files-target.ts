import type { FileSystem } from '@tapps-agents/fs-atomic';
import type { LiveEntry } from './live-tree.ts';
import { operatorTree } from './operator-tree.ts';
import { useTree } from './tree-target.ts';
import { planBytes, planOf, type Step } from './plan.ts';
import type { Target } from '../target.ts';

const TEN_GB = 10 * 2 ** 30;
const LEASED = '20260101T000000_000Z_m_task_assignment~p1.d1~zzzzzz~00000000.json';
const BEGUN = '20260101T000000_000Z-op0000';
const UNBEGUN = '20260101T000000_000Z-zzzzzz';
const READY = '20260101T000000_000Z_m_task_assignment~p1~zzzzzz.json';

/** In each directory a name that means nothing there, and one that means much. */
const PLACES: readonly [directory: string, names: readonly string[]][] = [
  ['inbox', ['x.json', 'agent']],
  ['inbox/coder', ['x.json', READY, '.agent.json']],
  ['outbox/coder', ['x.json', READY]],
  ['dlq/inbox/coder', ['x.json', READY, READY.replace('.json', '.reason.json')]],
  ['processed/inbox/coder/w/t', ['x.json', 'x~dup~zzzzzz.json']],
  ['processed/inbox/coder/w', ['x.json']],
  ['locks/inbox/coder', ['x.json', LEASED]],
  ['locks/owners', ['x.json', '00000000.json', '00000000.alive']],
  ['locks/ended', ['x.json', '00000000~x.json']],
  ['locks/paused', ['x.json', 'agent~x.json']],
  ['locks/mutexes/retention', ['x.json', 'g0~free', 'g999999999999999~free', 'g5~held~00000000']],
  ['journal/inbox/coder', ['x.json', 'm']],
  ['journal/inbox/coder/dead', ['x.json', 'failure~d1~zzzzzz.json', 'replayed~zzzzzz.json']],
  ['journal/inbox/coder/dead', ['superseded~zzzzzz.json', 'once~read.json']],
  ['operations', ['x.json', UNBEGUN]],
  [`operations/${BEGUN}`, ['x.json', 'record.json', 'set~0.ndjson', 'set~1.ndjson']],
  ['adopted', ['x.json', '20260101T000000_000Z~zzzzzz']],
  ['dlq', ['x.json', 'x.reason.txt']],
  ['processed', ['coder.jsonl', 'lead.jsonl']],
  ['locks/coder', ['x.json']],
  ['inbox/Old-Agent', ['x.json']],
  ['processed/inbox/coder/any%h/any%h', ['x.json']],
  ['tmp', ['x.json', 'x.tmp']],
  ['.', ['x.json', 'agents']],
];

/** A thing of each kind that is no file that one may read whole. */
function specials(path: string): readonly Step[] {
  const up = '../'.repeat(path === `./${path.slice(2)}` ? 1 : path.split('/').length);
  return [
    { op: 'link', path, target: `${up}outside/secret.json` },
    { op: 'link', path, target: `${up}outside/directory` },
    { op: 'link', path, target: path.split('/').at(-1) ?? 'x' },
    { op: 'link', path, target: 'nowhere' },
    { op: 'link', path, target: '/dev/zero' },
    { op: 'pipe', path },
    { op: 'socket', path },
    { op: 'device', path },
    { op: 'directory', path },
    { op: 'sparse', path, bytes: TEN_GB },
  ];
}

let tree: readonly LiveEntry[] = [];
const steps = PLACES.flatMap(([directory, names]) => names.map((name) => `${directory}/${name}`)).flatMap(
  specials,
);
/** So many lie in one tree, in directories that are far from each other: to make and use a tree takes most of the time. */
const TOGETHER = 3;
const trees = Math.ceil(steps.length / TOGETHER);
const inputs = Array.from({ length: trees }, (_, first) =>
  planBytes({ steps: steps.filter((_step, index) => index % trees === first) }),
);

/** Links, pipes, sockets, devices, directories and huge files, each in every directory, under two names or more. */
export function specialFilesTarget(plant: (inner: FileSystem) => FileSystem = (inner) => inner): Target {
  return {
    name: 'special-files',
    about: 'links, pipes, sockets, devices, directories and 10 GB sparse files in every directory',
    kind: 'disk',
    share: 0,
    material: () => ({ seeds: [] }),
    prepare: async () => {
      tree = await operatorTree();
    },
    all: () => inputs,
    run: (input) => useTree(tree, planOf(input), plant, true),
  };
}
