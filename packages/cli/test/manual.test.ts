import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { manual } from '../scripts/manual.ts';
import { COMMANDS } from '../src/commands/commands.ts';

const PAGE = fileURLToPath(new URL('../man/tapps-mq.1', import.meta.url));

it('is what the source generates (else: npm run generate)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(manual());
});

it('has every command, with its options', () => {
  const page = manual().replaceAll('\\\n', '').replaceAll('\\-', '-');
  for (const { name, options, subcommands } of COMMANDS) {
    for (const one of subcommands ?? [''])
      expect(page).toContain(`.SS ${name}${one === '' ? '' : ` ${one}`}\n`);
    for (const option of options) expect(page, name).toContain(`--${option}`);
  }
});

it('is roff that mandoc has nothing to say against', ({ skip }) => {
  const { error, stdout } = spawnSync('mandoc', ['-Tlint', PAGE], { encoding: 'utf8' });
  skip(error !== undefined, 'there is no mandoc here');
  // What it knows of other pages on this computer is no matter of this one.
  const faults = stdout.split('\n').filter((line) => line !== '' && !line.includes('outdated mandoc.db'));
  expect(faults).toEqual([]);
});

it('can be read with man', ({ skip }) => {
  const { error, stdout, status } = spawnSync('man', ['-l', PAGE], {
    encoding: 'utf8',
    env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80', MAN_KEEP_FORMATTING: '' },
  });
  skip(
    error !== undefined || status !== 0 || stdout === '',
    'there is no man with -l here, or no formatter for it',
  );
  expect(stdout).toContain('tapps-mq ack [options] HANDLE');
});
