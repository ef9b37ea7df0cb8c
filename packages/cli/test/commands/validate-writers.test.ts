import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { validateMessage } from '../../src/validate/validate-message.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { faultsOf, placesOf, pretty, VALID } from '../support/validated.ts';

describe('what readers let pass and writers must not write', () => {
  const text = [
    `${JSON.stringify(VALID).slice(0, -1)},`,
    '"retry_polcy": {"max_retries": 3},',
    '"inputs": {"fles": [], "config": {"a": 1, "a": 2}},',
    '"priority": "low", "priority": "high",',
    '"created_at": "2026-01-09T00:00:00+00:00"}',
  ].join('\n');
  const places = [
    '2:1 /retry_polcy unknown_field',
    '3:12 /inputs/fles unknown_field',
    '3:43 /inputs/config/a repeated_key',
    '4:20 /priority repeated_key',
    '5:1 /created_at repeated_key',
    '5:15 /created_at not_for_writers',
  ];

  test('is warned about with line and column, and the message is valid', async () => {
    const io = { cwd: temporaryDirectory(), stdin: text };
    const { exitCode, stdout, stderr } = await runCli(['validate', '-'], io);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      [
        'standard input:2:1: warning: /retry_polcy must be absent (no such field is defined), found an object with 1 field (unknown_field)',
        '  2 | "retry_polcy": {"max_retries": 3},',
        '    | ^^^^^^^^^^^^^',
      ].join('\n'),
    );
    expect(stdout).toMatch(/^standard input: valid: task_assignment m-1$/m);
    expect(stderr).toMatch(
      /^6 warnings: readers let this pass, and writers must not write it\. With --strict/,
    );
  });

  test('stands in its own list for programs, and among the faults with --strict', async () => {
    const io = { cwd: temporaryDirectory(), stdin: text };
    const [document] = (await runCli(['validate', '-', '--json'], io)).json();
    expect(document).toMatchObject({ valid: true, faults: [] });
    expect(placesOf(document?.['warnings'])).toEqual(places);
    expect(await faultsOf(text, '--strict')).toEqual(places);
  });

  test('is told of a message that is not valid as well, and of no version or type that is unknown', async () => {
    const typo = JSON.stringify({ ...VALID, task_id: 5, prority: 'low' });
    expect((await faultsOf(typo, '--strict')).map((fault) => fault.split(' ').slice(1).join(' '))).toEqual([
      '/task_id invalid_schema',
      '/prority unknown_field',
    ]);
    const unknown = JSON.stringify({ ...VALID, message_type: 'code_review', lines: 7 });
    expect(await faultsOf(unknown, '--strict')).toEqual(['1:40 /message_type unknown_type']);
    const later = JSON.stringify({ ...VALID, schema_version: '2.0', lines: 7 });
    expect(await faultsOf(later, '--strict')).toEqual(['1:19 /schema_version unsupported_version']);
  });

  test('is what send refuses: with --strict valid messages are those that it takes', async () => {
    const cwd = temporaryDirectory();
    await runCli(['init'], { cwd });
    for (const extra of [{}, { x: 1 }, { created_at: '2026-01-09T00:00:00+00:00' }, { metadata: { x: 1 } }]) {
      writeFileSync(join(cwd, 'task.json'), pretty({ assigned_to: 'a', ...extra }));
      const strict = await runCli(['validate', '--strict', 'task.json'], { cwd });
      const sent = await runCli(['send', 'task.json', '--register'], { cwd });
      expect([extra, strict.exitCode === 0]).toEqual([extra, sent.exitCode === 0]);
      expect((await runCli(['validate', 'task.json'], { cwd })).exitCode).toBe(0);
    }
  });
});

describe('many faults', () => {
  const faulty = JSON.stringify({ ...VALID, inputs: { files: Array.from({ length: 1_500 }, (_, i) => i) } });
  const shown = async (...options: readonly string[]) => {
    const { stdout } = await runCli(['validate', '-', ...options], {
      cwd: temporaryDirectory(),
      stdin: faulty,
    });
    return {
      stdout,
      count: stdout.match(/^standard input:1:\d+: \/inputs\/files\/\d+ must be a string/gm)?.length,
    };
  };

  test('are shown up to a thousand, and the others counted, for people and for programs', async () => {
    const { stdout, count } = await shown();
    expect(count).toBe(1_000);
    expect(stdout.split('\n').at(-2)).toMatch(
      /^standard input:1: about 5[01]\d more are not shown; --all shows them$/,
    );
    const argv = ['validate', '-', '--json'];
    const { json } = await runCli(argv, { cwd: temporaryDirectory(), stdin: faulty });
    expect(json()).toMatchObject([{ valid: false, faults: { length: 1_000 }, warnings: [] }]);
    const broken = '{"a" 1}\n'.repeat(1_200);
    const lines = `[\n${broken}]`;
    const [document] = (await runCli(argv, { cwd: temporaryDirectory(), stdin: lines })).json();
    expect(document).toMatchObject({ omitted: expect.any(Number) });
    expect(Number(document?.['omitted'])).toBeGreaterThanOrEqual(200);
    const repeated = `${JSON.stringify(VALID).slice(0, -1)},${Array.from({ length: 1_300 }, () => '"x":1').join(',')}}`;
    const [warned] = (await runCli(argv, { cwd: temporaryDirectory(), stdin: repeated })).json();
    expect(warned).toMatchObject({ valid: true, warnings: { length: 1_001 }, omitted: 299 });
  });

  test('are all shown with --all', async () => {
    const { stdout, count } = await shown('--all');
    expect(count).toBe(1_500);
    expect(stdout).toContain('/inputs/files/1499 must be a string, found 1499');
    expect(stdout).not.toContain('not shown');
    expect(await faultsOf(faulty, '--all')).toHaveLength(1_500);
  });

  test.each([
    ['in a list', { inputs: { files: Array.from({ length: 100_000 }, () => 5) } }],
    [
      'in an object',
      { inputs: { environment: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 5])) } },
    ],
    ['of writers', Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 5]))],
  ])(
    'cost no more than a look at each: %s',
    (_what, extra) => {
      const { user } = process.cpuUsage();
      const { faults } = validateMessage(new TextEncoder().encode(JSON.stringify({ ...VALID, ...extra })), {
        strict: true,
      });
      expect(faults.length).toBeGreaterThanOrEqual(60_000);
      // About a second; with a look at all others for each of them it takes minutes.
      expect(process.cpuUsage().user - user).toBeLessThan(20_000_000);
    },
    60_000,
  );
});
