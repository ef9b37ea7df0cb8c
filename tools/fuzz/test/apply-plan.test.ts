import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planBytes } from '../src/disk/plan.ts';

test('a plan that writes where it has put a pipe does not wait for a reader', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-plan-'));
  try {
    const input = join(directory, 'plan');
    const path = 'processed/inbox/coder/w/t/done.json';
    const steps = [
      { op: 'pipe', path },
      { op: 'write', path, base64: 'e30=' },
      { op: 'sparse', path, bytes: 10 },
    ] as const;
    writeFileSync(input, planBytes({ steps }));
    const start = fileURLToPath(new URL('../start.mjs', import.meta.url));
    // In a process of its own: a thread that waits for a reader cannot be told to stop.
    const how = { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGTERM' } as const;
    const { status, stdout } = spawnSync(
      process.execPath,
      [start, '--target', 'tree', '--input', input],
      how,
    );
    expect(stdout).toContain('Every promise was kept.');
    expect(status).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
