import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { openQueue } from '@tapps-agents/queue';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { contents } from '../support/contents.ts';
import { fullQueueForAll, NOT_CARRIED, SECRET } from '../support/full-queue.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { tree } from '../support/tree.ts';

const cli = bundledForAll();
const fullQueue = fullQueueForAll();

const ROOT = '.tapps-agents/messages';

describe('export and import', () => {
  it.for(['queue.tar', 'queue.tar.gz', 'queue.tgz', 'queue.ndjson', 'queue.ndjson.gz'])(
    'carry everything faithfully in %s',
    async (file) => {
      const cwd = fullQueue();
      const before = tree(join(cwd, ROOT));
      const exported = await runCli(['export', file, '--json'], { cwd });
      expect([exported.exitCode, exported.json()[0]]).toMatchObject([
        0,
        { file, skipped: 0, redacted: false },
      ]);
      expect(tree(join(cwd, ROOT))).toEqual(before);
      if (process.platform !== 'win32') expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
      const elsewhere = temporaryDirectory();
      const path = join(cwd, file);
      const dry = await runCli(['import', path, '-n', '--json', '--root', join(cwd, ROOT)], {
        cwd: elsewhere,
      });
      expect(dry.json()[0]).toMatchObject({ dry_run: true, restored: 0, refused: 0 });
      const imported = await runCli(['import', path, '--json'], { cwd: elsewhere });
      expect([imported.exitCode, imported.json()[0]]).toMatchObject([0, { refused: 0, not_taken_over: 2 }]);
      expect(contents(join(elsewhere, ROOT), ...NOT_CARRIED)).toEqual(
        contents(join(cwd, ROOT), ...NOT_CARRIED),
      );
      expect((await runCli(['agents', '--json'], { cwd: elsewhere })).json()[0]).toEqual({
        agents: ['coder', 'idle'],
      });
      const [examination] = (await runCli(['doctor', '--json'], { cwd: elsewhere })).json();
      expect(examination?.['findings']).toEqual([
        expect.objectContaining({ code: 'dead_letters' }),
        ...(process.platform === 'win32' ? [expect.objectContaining({ code: 'case_insensitive' })] : []),
      ]);
    },
  );

  it('take in nothing twice, and overwrite nothing', async () => {
    const cwd = fullQueue();
    await runCli(['export', 'q.tgz'], { cwd });
    const before = tree(join(cwd, ROOT));
    const again = await runCli(['import', 'q.tgz', '--json'], { cwd });
    expect(again.json()[0]).toMatchObject({ restored: 0, refused: 0 });
    expect(tree(join(cwd, ROOT))).toEqual(before);
    const twice = await runCli(['export', 'q.tgz'], { cwd });
    expect([twice.exitCode, twice.stderr]).toEqual([1, expect.stringContaining('ERR_FILE_EXISTS')]);
  });

  it('bring what is in hand back as ready', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'held' }));
    const coder = await openQueue({ root: join(cwd, ROOT), agent: 'coder', retention: false });
    const { value: delivery } = await coder.receive().next();
    await runCli(['export', 'q.tar'], { cwd });
    await delivery?.ack();
    await coder.close();
    const elsewhere = temporaryDirectory();
    await runCli(['import', join(cwd, 'q.tar')], { cwd: elsewhere });
    expect((await runCli(['inspect', 'held', '--json'], { cwd: elsewhere })).json()).toMatchObject([
      { state: 'ready', deliveries: 1, holder: null },
    ]);
    const worked = await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], {
      cwd: elsewhere,
    });
    expect(worked.stdout).toBe('done held\n');
  });

  it('leave out what messages say where that is asked for', async () => {
    const cwd = fullQueue();
    await runCli(['export', 'all.tar'], { cwd });
    await runCli(['export', 'redacted.tar', '--redact'], { cwd });
    expect(readFileSync(join(cwd, 'all.tar'), 'latin1')).toContain(SECRET);
    expect(readFileSync(join(cwd, 'redacted.tar'), 'latin1')).not.toContain(SECRET);
    const elsewhere = temporaryDirectory();
    await runCli(['import', join(cwd, 'redacted.tar')], { cwd: elsewhere });
    const [ready] = (await runCli(['inspect', 'ready', '--json'], { cwd: elsewhere })).json();
    expect(ready).toMatchObject({
      state: 'ready',
      message: {
        message_id: 'ready',
        workflow_id: 'w',
        assigned_to: 'coder',
        metadata: { causation_id: 'c' },
      },
    });
    const [dead] = (await runCli(['dlq', 'show', 'dead', '--json'], { cwd: elsewhere })).json();
    expect(dead).toMatchObject({ reason: { code: 'rejected', reason: 'redacted' } });
  });

  it('may be about one agent, and go to a pipe', async () => {
    const cwd = fullQueue();
    await runCli(['agents', 'register', 'other'], { cwd });
    await sendMessages(cwd, task({ assigned_to: 'other', message_id: 'others' }));
    const lines = (await runCli(['export', '-', '--json', '--agent', 'other'], { cwd })).json();
    const paths = lines.map(({ path }) => String(path));
    expect(paths.filter((path) => path.startsWith('inbox/'))).toEqual([
      'inbox/other/',
      expect.stringMatching(/^inbox\/other\/.*_others_/),
    ]);
    expect((await runCli(['export', 'q.tar', '--agent', 'othr'], { cwd })).stderr).toContain(
      'Did you mean other?',
    );
  });

  it.for([
    [['export', 'queue.zip'], 2, 'must end in'],
    [['import', 'missing.tar'], 1, 'ERR_INPUT_UNREADABLE'],
  ] as const)('%j is refused', async ([argv, code, said]) => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(argv, { cwd });
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

describe('an archive from anybody', () => {
  const NAMES = [
    '../escape.json',
    'messages/../../escape.json',
    '/etc/escape.json',
    'messages/inbox/../../../escape.json',
    'messages/inbox/coder/../../../escape.json',
    'messages/inbox/coder/a/b.json',
    'messages/inbox/..\\..\\escape.json',
    'messages/inbox/coder/c:escape.json',
    'messages/inbox/coder/.hidden.json',
    'messages/inbox/coder/x.txt',
    'messages/inbox/Coder/x.json',
    'messages/locks/mutexes/retention/g0~free',
    'messages/tmp/x.tmp',
    'messages/somewhere.json',
    'messages/dlq/inbox/coder/x.json',
    'messages/inbox/coder/con.json',
  ];

  it('leads nowhere but into the places of a queue; what else is in it is taken in', async () => {
    const outside = temporaryDirectory();
    const cwd = join(outside, 'deep', 'er');
    mkdirSync(cwd, { recursive: true });
    const good = {
      header: { name: 'messages/inbox/coder/good.json', size: 2, type: 'file' as const },
      body: '{}',
    };
    const links = (['symlink', 'link'] as const).map((type) => ({
      header: { name: `messages/inbox/coder/${type}.json`, size: 0, type, linkname: '/etc/passwd' },
    }));
    const bad = NAMES.map((name) => ({ header: { name, size: 2, type: 'file' as const }, body: '{}' }));
    writeFileSync(join(cwd, 'evil.tar'), await packTar([...bad, ...links, good]));
    const result = await runCli(['import', 'evil.tar', '--json'], { cwd });
    expect(result.exitCode).toBe(5);
    expect(result.json()[0]).toMatchObject({ restored: 1, refused: NAMES.length + 2 });
    const files = readdirSync(outside, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(cwd.length + 1))
      .toSorted();
    expect(files).toEqual([
      join(ROOT, '.gitignore'),
      join(ROOT, 'inbox/coder/good.json'),
      join(ROOT, 'layout.json'),
      'evil.tar',
    ]);
    const lines = NAMES.map((path) => JSON.stringify({ path: path.replace('messages/', ''), text: '{}' }));
    writeFileSync(join(cwd, 'evil.ndjson'), `${lines.join('\n')}\n`);
    expect((await runCli(['import', 'evil.ndjson', '--json'], { cwd })).json()[0]).toMatchObject({
      restored: 0,
      refused: NAMES.length,
    });
  });

  it('is followed through no link that lies in the directory', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows makes links only for the privileged, and Wine for nobody');
    const cwd = await queueDirectory('coder');
    const outside = temporaryDirectory();
    symlinkSync(outside, join(cwd, ROOT, 'inbox', 'linked'));
    const line = JSON.stringify({ path: 'inbox/linked/x.json', text: '{}' });
    writeFileSync(join(cwd, 'q.ndjson'), `${line}\n`);
    await runCli(['import', 'q.ndjson'], { cwd });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('of a newer layout, damaged or cut off, is refused', async () => {
    const cwd = await queueDirectory('coder');
    writeFileSync(
      join(cwd, 'newer.ndjson'),
      `${JSON.stringify({ path: 'layout.json', text: '{"layout":99}' })}\n`,
    );
    expect((await runCli(['import', 'newer.ndjson'], { cwd })).stderr).toContain('ERR_LAYOUT_TOO_NEW');
    await sendMessages(cwd, task({ inputs: { config: { long: 'x'.repeat(5_000) } } }));
    await runCli(['export', 'q.tar.gz'], { cwd });
    const whole = readFileSync(join(cwd, 'q.tar.gz'));
    const tar = gunzipSync(whole);
    const damaged = { 'cut.tar.gz': whole.subarray(0, -50), 'cut.tar': tar.subarray(0, tar.length - 6_000) };
    for (const [name, bytes] of Object.entries({
      ...damaged,
      'no.tar': Buffer.alloc(2_048, 7),
      'no.ndjson': Buffer.from('{'),
    })) {
      writeFileSync(join(cwd, name), bytes);
      const { exitCode, stderr } = await runCli(['import', name], { cwd });
      expect([name, exitCode, stderr]).toEqual([name, 1, expect.stringContaining('ERR_ARCHIVE_DAMAGED')]);
    }
    writeFileSync(join(cwd, 'renamed.tar'), gzipSync(tar));
    expect((await runCli(['import', 'renamed.tar'], { cwd })).exitCode).toBe(0);
  });
});

describe('an export beside live agents', () => {
  it('has every message at least once, and none of them torn', async () => {
    const cwd = await queueDirectory('coder');
    const ids = Array.from({ length: 300 }, (_, index) => `m-${index}`);
    await sendMessages(
      cwd,
      ...ids.map((id) => task({ message_id: id, task_id: id, inputs: { config: { id } } })),
    );
    const coder = await openQueue({ root: join(cwd, ROOT), agent: 'coder', retention: false });
    const worker = coder.work({ task_assignment: () => {} }, { concurrency: 8 });
    const exporting = start(cli, ['export', 'live.tar', '--json'], { cwd });
    const { exitCode, stderr } = await exporting.ended;
    await worker.stop();
    await coder.close();
    expect([exitCode, stderr]).toEqual([0, '']);
    const seen = new Set<string>();
    for (const { header, data } of await unpackTar(readFileSync(join(cwd, 'live.tar')))) {
      if (header.type !== 'file') continue;
      const document = JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>;
      if (document['message_type'] === 'task_assignment') seen.add(String(document['message_id']));
    }
    expect(ids.filter((id) => !seen.has(id))).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const cwd = fullQueue();
    const before = readdirSync(cwd);
    const first = new AbortController();
    first.abort();
    const interrupts = { first: first.signal, second: new AbortController().signal };
    for (const name of ['q.tar.gz', 'q.ndjson'])
      expect((await runCli(['export', name], { cwd, interrupts })).exitCode).toBe(130);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

it.skipIf(process.platform === 'win32')(
  'says what the system said of an archive that cannot be written [Windows has no POSIX shell]',
  async () => {
    const cwd = await queueDirectory('coder');
    const text = 'x'.repeat(20_000);
    await sendMessages(
      cwd,
      ...Array.from({ length: 20 }, (_, index) => task({ message_id: `m-${index}`, metadata: { text } })),
    );
    for (const file of ['q.ndjson', 'q.tar', 'q.tar.gz']) {
      // 64 blocks of 512 bytes or of a KiB, as the shell has it: a file system that takes no more.
      const size = file.endsWith('.gz') ? 0 : 64;
      const { stderr, status } = spawnSync(
        'sh',
        ['-c', `ulimit -f ${size}; exec "$0" "$@"`, process.execPath, cli.path, 'export', file],
        { cwd, encoding: 'utf8' },
      );
      expect(stderr).toMatch(
        new RegExp(`tapps-mq: Cannot write ${file}: EFBIG.*\\(EFBIG\\)\n  next: name another place`),
      );
      expect(status).toBe(1);
    }
    expect(readdirSync(cwd)).toEqual(['.tapps-agents']);
    const { stderr } = await runCli(['export', join('no', 'such', 'q.tar')], { cwd });
    expect(stderr).toMatch(
      /Cannot write no.such.q\.tar: ENOENT: no such file or directory\. \(ENOENT\)\n {2}next: make/,
    );
  },
);
