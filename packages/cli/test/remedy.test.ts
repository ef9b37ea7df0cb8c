import type { Finding, FindingCode } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { remedyFor, remedyForEvidence, type RemedyContext } from '../src/remedy.ts';

const CONTEXT = { program: 'tapps-mq', root: 'my messages', platform: 'linux' } as const;

/** What another system has for it, and says in other words than Linux. */
const ELSEWHERE: Readonly<Record<'darwin' | 'win32', Partial<Record<FindingCode, string | null>>>> = {
  darwin: {
    clock_skew: 'sudo systemsetup -getusingnetworktime',
    network_file_system: 'mount',
    renames_in_steps: 'mount',
  },
  win32: {
    clock_skew: 'w32tm /query /status',
    foreign_files: 'move "my messages/inbox/coder/x.txt" ELSEWHERE',
    low_inodes: null,
    low_space: 'Get-PSDrive -PSProvider FileSystem',
    network_file_system: 'Get-Volume',
    renames_in_steps: 'Get-Volume',
    not_writable: 'icacls "my messages/tmp"',
    unreadable: 'icacls "my messages/inbox/coder"',
  },
};

/** Every code, what its evidence may name, and the command that helps; null where it is good to know and no more. */
const REMEDIES: Readonly<Record<FindingCode, readonly [place: string, command: string | null]>> = {
  already_processed: ['inbox/coder/x.json', 'tapps-mq work --agent coder --exec COMMAND'],
  case_insensitive: ['.', null],
  clock_skew: ['tmp', 'timedatectl status'],
  damaged_reasons: ['dlq/inbox/coder/x.json', 'tapps-mq dlq show dlq/inbox/coder/x.json'],
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
  renames_in_steps: ['.', "df -T 'my messages'"],
  temporary_files: ['tmp/x.tmp', 'tapps-mq doctor --fix'],
  unadopted_dead_letters: ['dlq/x.json', 'tapps-mq doctor --fix'],
  unadopted_ledgers: ['processed/coder.jsonl', 'tapps-mq doctor --fix'],
  unadopted_messages: ['locks/coder/x.json', 'tapps-mq doctor --fix'],
  unfinished_replays: [
    'operations/20260109T140322_000Z-a1b2c3',
    'tapps-mq replay --resume 20260109T140322_000Z-a1b2c3',
  ],
  unreadable: ['inbox/coder', "ls -ld 'my messages/inbox/coder'"],
  unsafe_permissions: ['inbox', 'tapps-mq doctor --fix'],
};

const CODES = Object.keys(REMEDIES) as FindingCode[];
const MENDABLE = new Set(CODES.filter((code) => REMEDIES[code][1]?.endsWith('--fix')));

/** What is wrong, in one place, and the command that helps there. */
function remedy(code: FindingCode, context: RemedyContext): string | null {
  const finding = findingOf(code);
  const evidence = { place: REMEDIES[code][0], detail: 'x', agentId: 'coder' };
  return remedyForEvidence(finding, evidence, context) ?? remedyFor(finding, context);
}

function findingOf(code: FindingCode): Finding {
  return {
    code,
    severity: 'warning',
    count: 1,
    text: 'x',
    evidence: [],
    mendable: MENDABLE.has(code),
    mended: 0,
    setAside: 0,
  };
}

describe('the command that helps', () => {
  it.each(CODES)('against %s', (code) => {
    const finding = findingOf(code);
    expect(remedy(code, CONTEXT)).toBe(REMEDIES[code][1]);
    expect(remedyFor({ ...finding, mended: 1 }, CONTEXT)).toBe(
      MENDABLE.has(code) ? null : remedyFor(finding, CONTEXT),
    );
  });

  it.each(['darwin', 'win32'] as const)('is one that %s has', (platform) => {
    for (const code of CODES) {
      const elsewhere = ELSEWHERE[platform][code];
      expect([code, remedy(code, { ...CONTEXT, platform })]).toEqual([
        code,
        elsewhere === undefined ? REMEDIES[code][1] : elsewhere,
      ]);
    }
  });
});
