import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const cli = bundledForAll();

const ROOT = '.tapps-agents/messages';

describe('doctor, after a worker was killed', () => {
  it('finds what it held and its session, brings the message back with --fix, and loses nothing', async ({
    skip,
  }) => {
    const provesDeath = process.platform === 'linux' || process.platform === 'win32';
    skip(!provesDeath, 'only on Linux and Windows can the death of a process be proven');
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'held' }), task({ message_id: 'waiting', task_id: 'b' }));
    const command = nodeCommand("console.error('at work'); setTimeout(() => {}, 60_000)");
    const worker = start(cli, ['work', '--agent', 'coder', '--once', '-v', ...command], { cwd });
    const held = join(cwd, ROOT, 'locks/inbox/coder');
    await worker.said('at work');
    worker.child.kill('SIGKILL');
    await worker.ended;
    const [lease = ''] = readdirSync(held);
    const text = readFileSync(join(held, lease), 'utf8');

    const found = await runCli(['doctor', '--json'], { cwd });
    expect(found.exitCode).toBe(4);
    const findings = found.json()[0]?.['findings'] as readonly { readonly code: string }[];
    // That names have one case is the disk's, on some platforms.
    expect(findings.filter(({ code }) => code !== 'case_insensitive')).toEqual([
      expect.objectContaining({
        code: 'orphaned_leases',
        severity: 'warning',
        count: 1,
        left: 1,
        fixable: true,
        command: 'tapps-mq doctor --fix',
        evidence: [expect.objectContaining({ place: 'locks/inbox/coder', agent: 'coder' })],
      }),
      expect.objectContaining({
        code: 'dead_owners',
        severity: 'info',
        count: 1,
        evidence: [expect.objectContaining({ place: expect.stringMatching(/^locks\/owners\/.*\.json$/) })],
      }),
    ]);
    expect(readdirSync(held)).toEqual([lease]);

    const fixed = await runCli(['doctor', '--fix'], { cwd });
    // The session ends with what it held.
    expect([fixed.exitCode, fixed.stdout.match(/fixed 1 of 1/g)]).toEqual([0, ['fixed 1 of 1']]);
    expect(readdirSync(held)).toEqual([]);
    const inbox = join(cwd, ROOT, 'inbox/coder');
    const texts = readdirSync(inbox).map((name) => readFileSync(join(inbox, name), 'utf8'));
    expect(texts).toHaveLength(2);
    expect(texts).toContain(text);
    expect((await runCli(['doctor'], { cwd })).exitCode).toBe(0);
    const [message] = (
      await runCli(['inspect', String(JSON.parse(text).message_id), '--json'], { cwd })
    ).json();
    expect(message).toMatchObject({ state: 'ready', deliveries: 1, history: [{ kind: 'lost' }] });
  });
});
