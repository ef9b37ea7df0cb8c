import { statSync } from 'node:fs';
import { join } from 'node:path';
import { onLinuxOnly, registered, type Case } from '../case.ts';
import { Difference, jsonWith, type Content } from '../expectation.ts';
import { header } from '../file-name.ts';
import { pathPattern } from '../place-pattern.ts';
import { VECTORS } from '../vectors.ts';

/** A sent message: its fields, and a name that, if it is of the form of R23, says what they say (R25). */
export function sent(fields: Readonly<Record<string, unknown>>): Content {
  const judge = jsonWith({ schema_version: '1.0', created_at: isTime, ...fields }) as (
    content: Buffer,
    path: string,
  ) => string | undefined;
  return (content, path) =>
    judge(content, path) ?? faultOfName(path, JSON.parse(content.toString()) as Record<string, string>);
}

function isTime(value: unknown): true | string {
  const isOne = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value);
  return isOne && !Number.isNaN(Date.parse(value)) ? true : 'no RFC 3339 time in UTC with Z';
}

function faultOfName(path: string, message: Readonly<Record<string, string>>): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!/^\d{8}T\d{6}_\d{3}Z_[^~]+~p[012]/.test(name)) return undefined;
  const { message_id: id = '', message_type: type = '', created_at = '', priority = 'medium' } = message;
  const rank = ({ high: 0, medium: 1, low: 2 } as const)[priority] ?? 1;
  const expected = header({ id, type, created_at, priority: rank, nonce: '' });
  return name.startsWith(expected.slice(0, -1))
    ? undefined
    : `its name is not what its content says; R25 asks for ${expected}…`;
}

const TASK = {
  message_type: 'task_assignment',
  message_id: 'm-1',
  workflow_id: 'w-1',
  task_id: 't-1',
  agent_id: 'lead',
  assigned_to: 'coder',
};

export const publishingCases: readonly Case[] = [
  {
    name: 'publish-task',
    rules: ['R2', 'R11', 'R12', 'R13', 'R17', 'R19', 'R21'],
    role: 'producer',
    title: 'A task lies whole in the inbox of its assignee, and nothing else anywhere.',
    before: registered('coder'),
    run: (bench) => bench.publish({ file: ['a.ts', 'b.ts'], priority: 'high' }),
    after: {
      'inbox/coder/{any}.json': sent({ ...TASK, priority: 'high', inputs: { files: ['a.ts', 'b.ts'] } }),
    },
  },
  {
    name: 'publish-to-the-writer',
    rules: ['R17'],
    role: 'producer',
    title: 'A task that is assigned to nobody goes to the inbox of its writer.',
    before: registered('coder', 'lead'),
    run: (bench) => bench.publish({ assigned_to: [] }),
    after: { 'inbox/lead/{any}.json': sent({ message_id: 'm-1', agent_id: 'lead' }) },
  },
  {
    name: 'publish-status',
    rules: ['R13', 'R17'],
    role: 'producer',
    title: 'A status goes to the outbox of its writer.',
    before: registered('coder'),
    run: (bench) =>
      bench.publish({
        message_type: 'status_update',
        agent_id: 'coder',
        assigned_to: [],
        status: 'in_progress',
        current_step: 'reading',
      }),
    after: {
      'outbox/coder/{any}.json': sent({
        message_type: 'status_update',
        status: 'in_progress',
        current_step: 'reading',
      }),
    },
  },
  {
    name: 'publish-twice',
    rules: ['R4', 'R15', 'R21'],
    role: 'producer',
    title:
      'The same message sent again becomes another file with the same ids: no name is used twice, and none replaced.',
    before: registered('coder'),
    run: async (bench) => {
      await bench.publish();
      await bench.publish();
      const files = [...bench.survey()].filter(([path]) => path.startsWith('inbox/coder/'));
      if (files.length !== 2)
        throw new Difference(`there are ${files.length} files in the inbox instead of 2`);
      for (const [path, content] of files) {
        const fault = (sent(TASK) as (content: Buffer, path: string) => string | undefined)(content, path);
        if (fault !== undefined) throw new Difference(`${path}: ${fault}`);
      }
    },
  },
  {
    name: 'publish-to-encoded-agents',
    rules: ['R8'],
    role: 'producer',
    title: 'Recipients with names that no file system should see lie under their encoded names.',
    before: registered(...VECTORS.filter(({ kind }) => kind === 'agent').map(({ segment }) => segment)),
    run: async (bench) => {
      for (const { id, segment } of VECTORS) {
        if (!['Coder', '../../x', '-rf', 'end.', 'con.txt', 'a:b', '😀'].includes(id)) continue;
        await bench.publish({ assigned_to: id, message_id: segment });
        const landed = [...bench.survey().keys()].filter((path) =>
          pathPattern(`inbox/${segment}/{any}.json`).test(path),
        );
        if (landed.length !== 1)
          throw new Difference(`a task for ${JSON.stringify(id)} does not lie in inbox/${segment}`);
      }
    },
  },
  {
    name: 'publish-to-a-long-name',
    rules: ['R8'],
    role: 'producer',
    title: 'A recipient whose name is too long for a segment lies under the shortened one.',
    before: registered('aaaaaaaaaaaaa%hd49sjhvt8bv27'),
    run: (bench) => bench.publish({ assigned_to: 'a'.repeat(29) }),
    after: { 'inbox/aaaaaaaaaaaaa%hd49sjhvt8bv27/{any}.json': sent({ assigned_to: 'a'.repeat(29) }) },
    mayDecline: true,
  },
  {
    name: 'publish-ids-like-paths',
    rules: ['R8', 'R21'],
    role: 'producer',
    title: 'A message id that looks like a path leads nowhere.',
    before: registered('coder'),
    run: (bench) => bench.publish({ message_id: '../../../x', workflow_id: '/etc', task_id: '..' }),
    after: {
      'inbox/coder/{any}.json': sent({ message_id: '../../../x', workflow_id: '/etc', task_id: '..' }),
    },
  },
  {
    name: 'publish-delayed',
    rules: ['R23', 'R24'],
    role: 'producer',
    title: 'A delay and an expiry stand in the ready name.',
    before: registered('coder'),
    run: async (bench) => {
      const before = Date.now();
      await bench.publish({
        created_at: '2026-01-09T12:30:15.123456Z',
        delay_ms: '60000',
        ttl_ms: '3600000',
        priority: 'low',
      });
      const beginning = 'inbox/coder/20260109T123015_123Z_m-1_task_assignment~p2.a';
      const path = [...bench.survey().keys()].find((found) => found.startsWith('inbox/coder/')) ?? 'nothing';
      const times = /\.a(\d{13})\.e(\d{13})~[0-9a-v]{6}\.json$/.exec(path);
      if (times === null || !path.startsWith(beginning))
        throw new Difference(`${path} is no ready name with .a and .e, as R23 forms it`);
      const [a, e] = [Number(times[1]), Number(times[2])];
      if (a < before + 60_000 || a > Date.now() + 60_001) throw new Difference(`.a${a} is not in 60 s`);
      if (e < before + 3_600_000 || e > Date.now() + 3_600_001)
        throw new Difference(`.e${e} is not in an hour`);
    },
    mayDecline: true,
  },
  {
    name: 'publish-in-one-rename',
    rules: ['R5', 'R19'],
    role: 'producer',
    title: 'A message comes into its box by a rename and is not touched there.',
    before: registered('coder'),
    run: async (bench) => {
      const witness = bench.watch('inbox/coder');
      await bench.publish();
      await witness.sawNoChange('inbox/coder/{any}.json');
    },
    after: { 'inbox/coder/{any}.json': sent(TASK) },
    skip: onLinuxOnly,
  },
  {
    name: 'publish-without-tmp',
    rules: ['R3', 'R67', 'R72'],
    role: 'producer',
    title: 'A directory that is missing is made when it is needed.',
    before: { 'inbox/coder/': '' },
    run: (bench) => bench.publish(),
    after: { 'inbox/coder/{any}.json': sent(TASK) },
  },
  {
    name: 'publish-permissions',
    rules: ['R7'],
    role: 'producer',
    title: 'A message is for its owner alone.',
    before: registered('coder'),
    run: async (bench) => {
      await bench.publish({}, 'umask 022;');
      expectMode(bench.root, bench.survey(), 0o600);
    },
    skip: process.platform === 'win32' ? 'Windows has no permission bits' : null,
  },
  {
    name: 'publish-permissions-of-a-group',
    rules: ['R7'],
    role: 'producer',
    title: 'Where the group may write layout.json, it may read and write messages too.',
    before: registered('coder'),
    run: async (bench) => {
      bench.setMode('layout.json', 0o660);
      await bench.publish({}, 'umask 077;');
      expectMode(bench.root, bench.survey(), 0o660);
    },
    skip: process.platform === 'win32' ? 'Windows has no permission bits' : null,
  },
];

function expectMode(root: string, found: ReadonlyMap<string, Buffer>, mode: number): void {
  const path = [...found.keys()].find((name) => name.startsWith('inbox/coder/'));
  if (path === undefined) throw new Difference('there is no message in the inbox');
  const actual = statSync(join(root, path)).mode & 0o777;
  if (actual !== mode)
    throw new Difference(`${path} has the permissions ${actual.toString(8)} instead of ${mode.toString(8)}`);
}
