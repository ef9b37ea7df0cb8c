import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, task } from '../src/message.ts';
import { survey } from '../src/tree.ts';

/** What of the Python example no command of the kit shows. */
const examples = join(import.meta.dirname, '../../examples/python');
const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'python-example-'));
  for (const box of ['inbox', 'outbox']) mkdirSync(join(root, box, 'coder'), { recursive: true });
  writeFileSync(join(root, 'inbox/coder/a.json'), json(task()));
});
afterEach(() => rmSync(root, { recursive: true }));

function consume(...command: readonly string[]): ReturnType<typeof spawnSync> {
  return spawnSync('python3', ['-B', join(examples, 'consumer.py'), root, 'coder', ...command], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}

/** What is left: paths without the parts that are chosen at random. */
function left(): string[] {
  return [...survey(root).keys()].map((path) => path.replace(/~[0-9a-v]{6}(?=\.json)/, ''));
}

test.skipIf(!python)('a command that does not exist is refused before anything is claimed', () => {
  const { status, stderr } = consume('no-such-command');
  expect(stderr).toBe(
    "consumer.py: there is no command 'no-such-command': name one that can be run, with its path\n",
  );
  expect([status, left()]).toEqual([1, ['inbox/coder/a.json']]);
});

test.skipIf(!python)('without a command, it says how it is called', () => {
  expect([consume().status, consume().stderr]).toEqual([1, 'usage: consumer.py ROOT AGENT COMMAND...\n']);
});

test.skipIf(!python || process.platform === 'win32')(
  'a command that cannot be started is reported, and the message handed back without blame',
  () => {
    // It is there and may be run, but what should run it is missing.
    const command = join(root, 'command');
    writeFileSync(command, '#!/no/such/interpreter\n', { mode: 0o755 });
    const { status, stderr } = consume(command);
    expect(stderr).toMatch(/^consumer\.py: .*No such file or directory/);
    expect(status).toBe(1);
    expect(left()).toEqual(['command', 'inbox/coder/20260109T123015_123Z_m-1_task_assignment~p1.d1.r1.json']);
  },
);

test.skipIf(!python)('a file that does not tell whose box it is, is reported and stays as it is', () => {
  const name = 'a'.repeat(29);
  const place = join(root, 'inbox/aaaaaaaaaaaaa%hd49sjhvt8bv27');
  mkdirSync(place);
  for (const content of ['{"agent_', '{"agent_id": 5}', '{"agent_id": ""}', '[]']) {
    writeFileSync(join(place, '.agent.json'), content);
    const { status, stderr } = spawnSync(
      'python3',
      ['-B', join(examples, 'producer.py'), 'register', root, name],
      { encoding: 'utf8' },
    );
    expect(stderr).toContain('.agent.json does not tell whose box this is: mend or remove it');
    expect([status, readFileSync(join(place, '.agent.json'), 'utf8')]).toEqual([1, content]);
  }
});

/** Retention that removes what it finds behind a consumer’s back, at the rename of its dead letter. */
const RETENTION = `
import sys
sys.path.insert(0, sys.argv[1])
import consumer, directory
inner = directory.Directory.rename
def rename(self, source, *target):
    won = inner(self, source, *target)
    if target[0] == "dlq" and not target[-1].endswith(".reason.json"):
        for name in sys.argv[3:]:
            (self.folder(*target[:-1]) / target[-1].replace(".json", name)).unlink()
    return won
directory.Directory.rename = rename
session = consumer.Consumer(sys.argv[2], "coder")
session.claim(wait=1).reject("no")
session.close()
`;

test.skipIf(!python).each([
  { removed: ['.reason.json'], letters: ['.json', '.reason.json'] },
  { removed: ['.reason.json', '.json'], letters: [] },
])('what retention removed meanwhile: $removed; what lies there then: $letters', ({ removed, letters }) => {
  const { status, stderr } = spawnSync('python3', ['-B', '-c', RETENTION, examples, root, ...removed], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const found = [...survey(root).keys()].filter((path) => path.startsWith('dlq/'));
  expect(found.map((path) => path.slice(path.indexOf('.', path.lastIndexOf('~'))))).toEqual(letters);
});
