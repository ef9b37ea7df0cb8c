import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES } from '@tapps-agents/contracts';
import { describe, expect, test } from 'vitest';
import { HOSTILE, unsafeIn } from '../support/hostile-text.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { faultsOf, pretty, VALID } from '../support/validated.ts';

describe('validate', () => {
  test('says that valid messages are, and exits with 0', async () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'one.json'), pretty({}));
    writeFileSync(join(cwd, 'bom.json'), `\ufeff${pretty({})}\n`);
    writeFileSync(join(cwd, 'many.ndjson'), `${JSON.stringify(VALID)}\n\n${JSON.stringify(VALID)}\n`);
    const { exitCode, stdout, stderr } = await runCli(['validate', 'one.json', 'bom.json', 'many.ndjson'], {
      cwd,
    });
    expect(stdout).toBe(
      'one.json: valid: task_assignment m-1\nbom.json: valid: task_assignment m-1\nmany.ndjson: 2 messages, all valid\n',
    );
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('shows each fault where it stands, in the order of the text, with the line and a mark below', async () => {
    const cwd = temporaryDirectory();
    const text = pretty({
      priority: 'urgent',
      inputs: { files: ['a', 5] },
      agent_id: undefined,
      timeout_seconds: '60',
    });
    writeFileSync(join(cwd, 'task.json'), text);
    const { exitCode, stdout, stderr } = await runCli(['validate', 'task.json'], { cwd });
    expect(stdout).toBe(
      [
        'task.json:1:1: /agent_id must be an id: 1 to 512 characters, no control characters, no lone surrogates, found nothing (invalid_schema)',
        '  1 | {',
        '    | ^',
        'task.json:8:15: /priority must be one of "low", "medium", "high", found "urgent" (invalid_schema)',
        '  8 |   "priority": "urgent",',
        '    |               ^^^^^^^^',
        'task.json:12:7: /inputs/files/1 must be a string, found 5 (invalid_schema)',
        '  12 |       5',
        '     |       ^',
        'task.json:15:22: /timeout_seconds must be an integer of at least 0 or null, found "60" (invalid_schema)',
        '  15 |   "timeout_seconds": "60"',
        '     |                      ^^^^',
        '',
      ].join('\n'),
    );
    expect([exitCode, stderr]).toEqual([1, '1 of 1 messages are not valid.\n']);
  });

  test.each([
    ['{"a":\n  01}', ['2:4  not_json']],
    ['{\n  "a": 1\n  "b": NaN,\n}', ['3:3  not_json', '4:1  not_json']],
    ['{"a": "x\ty"}', ['1:7  not_json']],
    ['', ['1:1  not_json']],
    ['\n \n', ['1:1  not_json']],
    ['[1]', ['1:1  invalid_schema']],
    ["{'a': 1}", ['1:2  not_json']],
    ['{"a": 1} // why', ['1:10  not_json']],
    [`{"schema_version": "2.0"}`, ['1:20 /schema_version unsupported_version']],
    [JSON.stringify({ ...VALID, message_type: 'code_review' }), ['1:40 /message_type unknown_type']],
    [`${'['.repeat(65)}${']'.repeat(65)}`, ['1:65  too_deep']],
    ['['.repeat(500_000), ['1:65  too_deep']],
    [' '.repeat(MAX_MESSAGE_BYTES + 1), ['1:1  too_large']],
    [new Uint8Array([0x7b, 0x0a, 0x22, 0xc3, 0xa9, 0xff, 0x22]), ['2:3  not_utf8']],
    [new Uint8Array([0x22, 0xe2, 0x82]), ['1:2  not_utf8']],
  ])('%# places what is wrong', async (text, places) => {
    expect(await faultsOf(text)).toEqual(places);
  });

  test.each([
    ['\n', 'a line feed'],
    ['\r\n', 'both'],
    ['\r', 'a carriage return'],
  ])('lines may end in %j: %s', async (end) => {
    expect(await faultsOf(pretty({ priority: 'x' }).replaceAll('\n', end))).toEqual([
      '9:15 /priority invalid_schema',
    ]);
  });

  test('of two fields of one name it is the last that counts, and that is shown', async () => {
    const text = `${JSON.stringify(VALID).slice(0, -1)},\n"priority":"low",\n"priority":"x"}`;
    expect(await faultsOf(text)).toEqual(['3:12 /priority invalid_schema']);
  });

  test('a line that fits is shown whole, one that does not around the place', async () => {
    const surroundings = {
      cwd: temporaryDirectory(),
      stdin: JSON.stringify({ ...VALID, priority: 'x' }),
      env: { NO_COLOR: '1' },
    };
    const shown = async (columns: number): Promise<readonly string[]> =>
      (await runCli(['validate', '-'], { ...surroundings, columns })).stdout.split('\n').slice(1, 3);
    const [line = '', mark = ''] = await shown(220);
    expect(line).toContain(surroundings.stdin);
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('"x"');
    const [cut = '', markBelow = ''] = await shown(60);
    expect(cut).toMatch(/^ {2}1 \| ….*"priority":"x"\}$/);
    expect(cut.length).toBeLessThanOrEqual(60);
    expect(cut.slice(markBelow.indexOf('^'), markBelow.lastIndexOf('^') + 1)).toBe('"x"');
  });

  test('columns count UTF-16 units, and the mark stands below wide characters all the same', async () => {
    const text = `{"metadata":{"ключ":"日本🚀\u0301"},"agent_id":5}`;
    const { stdout } = await runCli(['validate', '-'], { cwd: temporaryDirectory(), stdin: text });
    const column = text.indexOf('5}') + 1;
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`standard input:1:${column}: /agent_id`));
    // Two characters are two columns wide and one unit long, a rocket two and two, an accent none and one.
    expect(lines[at + 2]).toBe(`    | ${' '.repeat(column - 1 + 2 - 1)}^`);
    expect(stdout.split('^')).toHaveLength(3);
  });
});

describe('NDJSON', () => {
  test('is told by its content, and every line has its own verdict', async () => {
    const lines = [
      JSON.stringify(VALID),
      '',
      JSON.stringify({ ...VALID, task_id: 7 }),
      '{"a": ',
      JSON.stringify(VALID),
    ];
    expect(await faultsOf(lines.join('\n'))).toEqual([
      `3:${String(lines[2]).indexOf('7') + 1} /task_id invalid_schema`,
      '4:7  not_json',
    ]);
    const { json } = await runCli(['validate', '-', '--json'], {
      cwd: temporaryDirectory(),
      stdin: lines.join('\n'),
    });
    expect(json().map(({ line, valid, message_id }) => [line, valid, message_id])).toEqual([
      [1, true, 'm-1'],
      [3, false, 'm-1'],
      [4, false, null],
      [5, true, 'm-1'],
    ]);
  });

  test('is so by its name or by --ndjson, also where its first line is broken', async () => {
    const text = `{"a": \n${JSON.stringify(VALID)}\n`;
    expect(await faultsOf(text, '--ndjson')).toEqual(['1:7  not_json']);
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'x.jsonl'), text);
    expect(
      (await runCli(['validate', 'x.jsonl', '--json'], { cwd })).json().map(({ valid }) => valid),
    ).toEqual([false, true]);
  });

  test('a line that is too long is one fault, and the next is looked at', async () => {
    const long = JSON.stringify({ ...VALID, metadata: { x: 'x'.repeat(2 * MAX_MESSAGE_BYTES) } });
    expect(await faultsOf(`${JSON.stringify(VALID)}\n${long}\n{}`)).toEqual([
      '2:1  too_large',
      ...Array.from({ length: 7 }, () => expect.stringMatching(/^3:1 \/\w+ invalid_schema$/)),
    ]);
  });
});

test('what cannot be read is told, and the other files are looked at', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'good.json'), pretty({}));
  mkdirSync(join(cwd, 'folder'));
  const { exitCode, stdout, stderr } = await runCli(['validate', 'missing.json', 'folder', 'good.json'], {
    cwd,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toBe('good.json: valid: task_assignment m-1\n');
  expect(stderr).toContain('Cannot validate missing.json: there is no such file');
  expect(stderr).toContain('folder is a directory');
  expect((await runCli(['validate', 'missing.json'], { cwd })).exitCode).toBe(1);
  expect((await runCli(['validate'], { cwd })).exitCode).toBe(2);
});

test.each([40, 200])(
  'hostile text reaches no terminal of %i columns, and no line is much wider',
  async (columns) => {
    const text = JSON.stringify({
      ...VALID,
      priority: HOSTILE,
      [HOSTILE]: HOSTILE,
      metadata: HOSTILE + 'x'.repeat(5_000),
    });
    const { stdout, stderr } = await runCli(['validate', '-'], {
      cwd: temporaryDirectory(),
      stdin: text,
      columns,
    });
    expect(unsafeIn(stdout + stderr, { styled: true })).toEqual([]);
    for (const line of stdout.split('\n').filter((one) => /^\S*\s+\d* \|/.test(one)))
      expect(line.length).toBeLessThan(columns + 40);
  },
);
