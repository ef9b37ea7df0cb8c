import { describe, expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

const REFUSE = nodeCommand(
  "console.error('no such file: ' + process.env.TAPPS_MQ_TASK_ID); process.exit(65)",
);

describe('a table in a pipe', () => {
  it('has dead letters one a line, however long their names are, each with why', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a', message_id: 'short' }));
    dropFile(cwd, 'coder', 'half.json', '{"half');
    await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
    const piped = lines((await runCli(['dlq', 'list'], { cwd })).stdout);
    expect(piped[0]).toMatch(/^ID +TYPE +BOX +REASON +DIED +WHY$/);
    expect(piped.slice(1).toSorted()).toEqual([
      expect.stringMatching(/^dlq\/inbox\/coder\/\S+ +unknown +inbox\/coder +not_json +\d+s +\S.*JSON/),
      expect.stringMatching(/^short +task_assignment +inbox\/coder +rejected +\d+s +no such file: a$/),
    ]);
    const preview = lines((await runCli(['replay'], { cwd })).stdout);
    expect(preview[0]).toMatch(/^ID +TYPE +TO +OUTCOME$/);
    expect(preview.filter((line) => !line.startsWith('  '))).toHaveLength(3);
    // A terminal has its width.
    const narrow = (await runCli(['dlq', 'list', '--no-color'], { cwd, columns: 80 })).stdout;
    expect(narrow).toMatch(/^ID +dlq\/inbox\/coder\//m);
    expect(narrow).toMatch(/^WHY +\S.*JSON/m);
    for (const line of lines(narrow))
      if (!line.startsWith('ID ')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has each box in a line, its name whole', async () => {
    const long = 'reviewer-of-everything-that-the-others-have-written-in-the-last-quarter-of-the-year';
    const cwd = await queueDirectory('coder', long);
    const piped = lines((await runCli(['inspect'], { cwd })).stdout);
    expect(piped.filter((line) => !line.startsWith('outbox/'))).toEqual([
      expect.stringMatching(/^BOX +READY/),
      expect.stringMatching(/^inbox\/coder +0/),
      expect.stringMatching(new RegExp(`^inbox/${long} +0`)),
    ]);
    const drawn = await runCli(['inspect', '--no-color'], { cwd, columns: 80 });
    expect(drawn.stdout).toMatch(/inbox\/reviewer-of-everything-… +0/);
  });
});
