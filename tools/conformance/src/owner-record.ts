import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The facts of a process by docs/protocol.md, R27; what the system does not tell is null. */
export function factsOf(pid: number): Record<string, unknown> {
  return {
    pid,
    host: hostname(),
    boot_id: quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pid_namespace: quietly(() => readlinkSync('/proc/self/ns/pid')),
    process_started: quietly(() => startOf(pid)),
  };
}

/** A record that the kit puts into a directory before a case, as another program's. */
export function ownerRecord(owner: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const record = {
    owner,
    ...factsOf(process.pid),
    started_at: '2026-01-09T12:00:00.000Z',
    lease_ms: 600_000,
    detached: false,
    agent_id: 'coder',
    ...fields,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The id of a process that has just ended. */
export function deadPid(): number {
  return spawnSync('sh', ['-c', 'exit 0']).pid;
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
  return `${ticks}@${quietly(() => readlinkSync('/proc/self/ns/time')) ?? 'time'}`;
}

function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
