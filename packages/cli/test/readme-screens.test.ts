import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from './support/queue-directory.ts';
import { inReadme } from './support/readme-screen.ts';
import { runCli } from './support/run-cli.ts';

/* The screens in the README are what the program draws on a terminal of 80 columns; for those of watch and inspect see watch/screen-lines.test.ts. */

const CREATED_AT = '2026-01-09T14:03:22Z';

/** Three dead letters of two kinds. */
async function withDeadLetters(): Promise<string> {
  const cwd = await queueDirectory('coder', 'reviewer');
  const ids = ['port-parser', 'upload-logs'];
  const fields = { workflow_id: 'release', created_at: CREATED_AT };
  await sendMessages(cwd, ...ids.map((id) => task({ ...fields, message_id: id, task_id: id })));
  const script = "console.error('no such branch: feature/parser'); process.exit(65)";
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand(script)], { cwd });
  const invalid = { schema_version: '1.0', ...task({ ...fields, task_id: 'login' }), priority: 'urgent' };
  const content = JSON.stringify({ ...invalid, message_id: 'fix-login' }, null, 2);
  dropFile(cwd, 'coder', 'from-elsewhere.json', content);
  chmodSync(join(cwd, '.tapps-agents/messages/inbox/coder/from-elsewhere.json'), 0o600);
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  return cwd;
}

/** What is on a terminal once a command has ended: what it printed, then what else it said, without what was wiped away meanwhile. */
async function screenOf(argv: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await runCli(argv, { cwd, columns: 80, env: { NO_COLOR: '1' } });
  const said = stderr.split(/\u001b\[2K|\r\u001b\[K/).at(-1);
  return normalised(`${stdout}${said}`.trimEnd());
}

/** How long ago something was is another thing each time, and which of two like letters is the example. */
function normalised(screen: string): string {
  return screen
    .replaceAll(/\b\d+[dhms](?: \d+[hms])?\b/g, 'AGE')
    .replaceAll(/port-parser|upload-logs/g, 'ONE-OF-TWO');
}

it.skipIf(process.platform === 'win32')(
  'the screens of dlq and doctor are what is drawn [Windows has no permission bits]',
  async () => {
    const cwd = await withDeadLetters();
    expect(await screenOf(['dlq'], cwd)).toBe(normalised(inReadme('dlq')));
    chmodSync(join(cwd, '.tapps-agents/messages/inbox/reviewer'), 0o755);
    expect(await screenOf(['doctor'], cwd)).toBe(normalised(inReadme('doctor')));
  },
);
