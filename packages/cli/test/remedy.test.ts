import type { Finding, FindingCode } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { remedyFor, remedyForEvidence } from '../src/remedy.ts';

const CONTEXT = { program: 'tapps-mq', root: 'my messages' };

/** Every code, what its evidence may name, and the command that helps; null where it is good to know and no more. */
const REMEDIES: Readonly<Record<FindingCode, readonly [place: string, command: string | null]>> = {
  already_processed: ['inbox/coder/x.json', 'tapps-mq work --agent coder --exec COMMAND'],
  case_insensitive: ['.', null],
  clock_skew: ['tmp', 'timedatectl status'],
  dead_letters: ['dlq/inbox/coder', 'tapps-mq dlq --agent coder'],
  dead_owners: ['locks/owners/x.json', 'tapps-mq doctor --fix'],
  foreign_files: ['inbox/coder/x.txt', "mv -- 'my messages/inbox/coder/x.txt' ELSEWHERE"],
  lost_mutex_tokens: ['locks/mutexes/retention', 'tapps-mq doctor --fix'],
  low_inodes: ['.', "df -i 'my messages'"],
  low_space: ['.', "df -h 'my messages'"],
  missing_reasons: ['dlq/inbox/coder/x.json', 'tapps-mq replay --agent coder'],
  network_file_system: ['.', "df -T 'my messages'"],
  never_drained: ['inbox/coder', 'tapps-mq work --agent coder --exec COMMAND'],
  not_writable: ['tmp', "ls -ld 'my messages/tmp'"],
  orphaned_leases: ['locks/inbox/coder', 'tapps-mq doctor --fix'],
  temporary_files: ['tmp/x.tmp', 'tapps-mq doctor --fix'],
  unadopted_dead_letters: ['dlq/x.json', 'tapps-mq doctor --fix'],
  unadopted_ledgers: ['processed/coder.jsonl', 'tapps-mq doctor --fix'],
  unadopted_messages: ['locks/coder/x.json', 'tapps-mq doctor --fix'],
  unreadable: ['inbox/coder', "ls -ld 'my messages/inbox/coder'"],
  unsafe_permissions: ['inbox', 'tapps-mq doctor --fix'],
};

const MENDABLE = new Set<string>(
  Object.entries(REMEDIES).flatMap(([code, [, command]]) =>
    command?.endsWith('--fix') === true ? [code] : [],
  ),
);

describe('the command that helps', () => {
  it.each(Object.entries(REMEDIES))('against %s', (code, [place, command]) => {
    const finding: Finding = {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of the table above
      code: code as FindingCode,
      severity: 'warning',
      count: 1,
      text: 'x',
      evidence: [],
      mendable: MENDABLE.has(code),
      mended: 0,
      setAside: 0,
    };
    const evidence = { place, detail: 'x', agentId: 'coder' };
    const own = remedyForEvidence(finding, evidence, CONTEXT);
    expect(own ?? remedyFor(finding, CONTEXT)).toBe(command);
    expect(remedyFor({ ...finding, mended: 1 }, CONTEXT)).toBe(
      MENDABLE.has(code) ? null : remedyFor(finding, CONTEXT),
    );
  });
});
