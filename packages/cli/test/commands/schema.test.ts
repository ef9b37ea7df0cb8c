import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMA_FILES } from '../../src/schema-files.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const CONTRACTS = new URL('../../../contracts/', import.meta.url);
const cwd = temporaryDirectory;

function fileOf(path: string): string {
  return readFileSync(new URL(path, CONTRACTS), 'utf8');
}

test('there is every schema of every version that contracts has, and nothing else', () => {
  const files = ['schemas', 'asyncapi'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, CONTRACTS)).flatMap((version) =>
      readdirSync(new URL(`${folder}/${version}/`, CONTRACTS)).map(
        (name) => `${version}/${name.replace(/\.json$/, '')}`,
      ),
    ),
  );
  expect(SCHEMA_FILES.map(({ name, version }) => `${version}/${name}`).sort()).toEqual(files.sort());
});

test.each(['task_assignment', 'status_update', 'task_complete', 'envelope', 'dead_letter_reason'])(
  'schema %s prints the file, byte for byte',
  async (type) => {
    const { exitCode, stdout, stderr } = await runCli(['schema', type], { cwd: cwd() });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(fileOf(`schemas/1.0/${type}.json`));
    expect((await runCli(['schema', type, '--version', '1.0'], { cwd: cwd() })).stdout).toBe(stdout);
  },
);

test('schema --asyncapi prints the document; with --json on one line', async () => {
  const { stdout } = await runCli(['schema', '--asyncapi'], { cwd: cwd() });
  expect(stdout).toBe(fileOf('asyncapi/1.0/asyncapi.json'));
  const { json } = await runCli(['schema', '--asyncapi', '--json'], { cwd: cwd() });
  expect(json()).toEqual([JSON.parse(stdout)]);
});

test('schema --list names what there is, and so does schema alone', async () => {
  const { stdout } = await runCli(['schema', '--list'], { cwd: cwd() });
  expect(stdout).toContain('1.0  task_assignment     urn:tapps-agents:schema:1.0:task_assignment\n');
  expect(stdout).toContain('1.0  asyncapi            urn:tapps-agents:asyncapi:1.0\n');
  expect((await runCli(['schema'], { cwd: cwd() })).stdout).toBe(stdout);
  const documents = (await runCli(['schema', '--list', '--json'], { cwd: cwd() })).json();
  expect(documents).toHaveLength(6);
  expect(documents[0]).toMatchObject({ name: 'task_assignment', current: true, kind: 'json_schema' });
});

test.each([
  [['schema', 'task_asignment'], 'Did you mean task_assignment?'],
  [['schema', 'envelope', '--version', '9.9'], 'There is: 1.0.'],
  [['schema', 'envelope', '--asyncapi'], 'Leave out the type'],
  [['schema', '--version'], '--version needs a value'],
])('%j is wrong usage', async (argv, said) => {
  const { exitCode, stdout, stderr } = await runCli(argv, { cwd: cwd() });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(said);
});

test('the program still tells its own version', async () => {
  expect((await runCli(['--version'], { cwd: cwd() })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await runCli(['-V'], { cwd: cwd() })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
