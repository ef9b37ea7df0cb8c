import type { Diagnosis } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { diagnosisJson, isAnythingLeft } from '../../src/json/doctor.ts';
import { findings } from '../../src/render/findings.ts';
import { styleFor } from '../../src/render/style.ts';

const FINDING = {
  code: 'x',
  severity: 'warning',
  count: 8,
  text: 'y',
  fixable: true,
  command: null,
} as const;

function shown(fixed: number, left: number, set_aside = 0): string {
  const found = [{ ...FINDING, fixed, left, set_aside, evidence: [] }];
  const layout = { columns: 80, style: styleFor(false), program: 'p', now_ms: 0 };
  return String(findings({ root: 'r', taken_at: 't', files: 1, findings: found }, layout));
}

function looked(count: number, mended: number, setAside = 0): Diagnosis {
  const text = {
    code: 'orphaned_leases',
    severity: 'warning',
    mendable: true,
    text: 'y',
    evidence: [],
  } as const;
  return {
    root: 'r',
    takenAt: 't',
    files: 1,
    findings: count === 0 ? [] : [{ ...text, count, mended, setAside }],
  };
}

it('says how many of a finding were fixed, and how many of them by somebody else', () => {
  expect(shown(5, 0)).toContain('  fixed 5 of 8; 3 more were by somebody else meanwhile');
  expect(shown(5, 2)).toContain('  fixed 5 of 8; 1 more was by somebody else meanwhile');
  expect(shown(5, 3)).toMatch(/fixed 5 of 8$/);
  expect(shown(0, 0)).toContain('  fixed 0 of 8; 8 more were by somebody else meanwhile');
  expect(shown(0, 8)).not.toContain('fixed');
});

it('does not say of what names no message that somebody else put it right', () => {
  expect(shown(5, 0, 3)).toMatch(/ {2}fixed 5 of 8; 3 name no message, kept as they were$/);
  expect(shown(7, 0, 1)).toMatch(/ {2}fixed 7 of 8; 1 names no message, kept as it was$/);
  expect(shown(5, 1, 1)).toMatch(
    /fixed 5 of 8; 1 names no message, kept as it was; 1 more was by somebody else meanwhile$/,
  );
  const document = diagnosisJson(looked(8, 5, 3), { program: 'p', root: 'r' });
  expect(document.findings[0]).toMatchObject({ fixed: 5, set_aside: 3, left: 0, command: null });
  expect(isAnythingLeft(document)).toBe(false);
});

it('does not count as left what another look no longer finds', () => {
  const left = (after: Diagnosis | null): readonly unknown[] => {
    const document = diagnosisJson(looked(8, 5), { program: 'p', root: 'r' }, after);
    const [finding] = document.findings;
    return [finding?.left, finding?.command, isAnythingLeft(document)];
  };
  expect(left(null)).toEqual([3, 'p doctor --fix', true]);
  expect(left(looked(0, 0))).toEqual([0, null, false]);
  expect(left(looked(2, 0))).toEqual([2, 'p doctor --fix', true]);
  expect(left(looked(90, 0))).toEqual([3, 'p doctor --fix', true]);
});

function at(name: string): Diagnosis['findings'][number]['evidence'][number] {
  return { place: `tmp/${name}.tmp`, detail: 'untouched', agentId: null };
}

it.each([
  ['linux', 'lsattr -d r/tmp/b.tmp; ls -ld r/tmp/b.tmp'],
  ['darwin', 'ls -ldO r/tmp/b.tmp'],
  ['win32', 'icacls r/tmp/b.tmp'],
] as const)(
  'of what could not be fixed it shows what hinders on %s, and not to try the same again',
  (platform, command) => {
    const finding = { ...looked(2, 1).findings[0]!, code: 'temporary_files' as const };
    const before = { ...looked(2, 1), findings: [{ ...finding, evidence: [at('a'), at('b')] }] };
    const after = { ...looked(1, 0), findings: [{ ...finding, count: 1, mended: 0, evidence: [at('b')] }] };
    const document = diagnosisJson(before, { program: 'p', root: 'r', platform }, after);
    expect(document.findings[0]).toMatchObject({
      fixed: 1,
      left: 1,
      command: null,
      text: expect.stringMatching(/^y 1 of them could not be changed: .*another user.*immutable/),
      evidence: [
        { place: 'tmp/b.tmp', command },
        { place: 'tmp/a.tmp', command: null },
      ],
    });
    const layout = { columns: 80, style: styleFor(false), program: 'p', now_ms: 0 };
    expect(String(findings(document, layout))).not.toContain('--fix');
  },
);

it.each([
  [1, 1, 'It could not be changed: look whether it belongs'],
  [3, 3, 'They could not be changed: look whether they belong'],
  [3, 2, '2 of them could not be changed: look whether they belong'],
])('of %s it says that %s could not be fixed', (count, left, words) => {
  const finding = { ...looked(count, count).findings[0]!, code: 'temporary_files' as const };
  const before = {
    ...looked(count, count),
    findings: [{ ...finding, count, mended: count - left, evidence: [at('b')] }],
  };
  const after = { ...before, findings: [{ ...finding, count: left, mended: 0, evidence: [at('b')] }] };
  const document = diagnosisJson(before, { program: 'p', root: 'r', platform: 'linux' }, after);
  expect(document.findings[0]?.text).toContain(words);
});
