import { expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

it('names what would help, not --yes alone, where nothing would be replayed', async () => {
  const cwd = await queueDirectory('coder', 'reviewer');
  dropFile(cwd, 'coder', 'half.json', '{"half');
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  const told = async (...argv: string[]): Promise<string> =>
    /0 of 1 would be replayed\.(.*)/.exec((await runCli(['replay', ...argv], { cwd })).stderr)?.[1] ?? '';
  expect(await told()).toBe(
    ' --edit mends what would fail again; --to AGENT lets another agent have it; --force-reprocess takes them as they are; each with --yes.',
  );
  expect(await told('--to', 'reviewer')).toMatch(/^ --edit without --to mends/);
});
