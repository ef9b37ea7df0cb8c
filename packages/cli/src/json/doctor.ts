import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Diagnosis, Finding } from '@tapps-agents/queue';
import { hindranceOf, remedyFor, remedyForEvidence, type RemedyContext } from '../remedy.ts';
import { countSchema, momentSchema, orNull } from './fields.ts';

/** The schema of something that is wrong, in all its places. */
export function findingSchema() {
  return Type.Object({
    code: Type.String({ description: 'a code of the queue’s, or `layout_too_new`' }),
    severity: Type.Enum(['error', 'warning', 'info']),
    count: countSchema('how many things are wrong in this way'),
    text: Type.String({ description: 'what is wrong and what comes of it' }),
    fixable: Type.Boolean({ description: 'whether `--fix` can put it right' }),
    fixed: countSchema('how many were put right just now'),
    set_aside: countSchema(
      'how many were kept as they are just now, as there is nothing to put right: lines that name no message',
    ),
    left: countSchema(
      'how many are still to be put right: of the others, somebody else may have done some meanwhile',
    ),
    command: orNull(Type.String(), 'what puts it right, or shows more of it'),
    evidence: Type.Array(
      Type.Object({
        place: Type.String({ description: 'a path below the root; `.` for the root itself' }),
        detail: Type.String(),
        agent: orNull(Type.String()),
        command: orNull(Type.String()),
      }),
      { description: 'the first few' },
    ),
  });
}

/** The schema of what `doctor` prints. */
export function diagnosisSchema() {
  return Type.Object({
    root: Type.String({ description: 'the messages directory' }),
    taken_at: momentSchema('when it was looked at'),
    files: countSchema('how many files were looked at'),
    findings: Type.Array(findingSchema(), { description: 'the worst first' }),
  });
}

/** Something that is wrong, in all its places. */
export type FindingJson = Static<ReturnType<typeof findingSchema>>;

/** The document of `doctor`. */
export type DiagnosisJson = Static<ReturnType<typeof diagnosisSchema>>;

/** The document of a look at everything. `after`: another look, taken where not all that can be fixed was. */
export function diagnosisJson(
  diagnosis: Diagnosis,
  context: RemedyContext,
  after: Diagnosis | null = null,
): DiagnosisJson {
  const { root, takenAt, files, findings } = diagnosis;
  return {
    root,
    taken_at: takenAt,
    files,
    findings: findings.map((finding) => findingJson(finding, context, leftOf(finding, after), after)),
  };
}

/** The document of a directory that only a newer version can look at. */
export function tooNewJson(root: string, taken_at: string, text: string): DiagnosisJson {
  const finding: FindingJson = {
    code: 'layout_too_new',
    severity: 'error',
    count: 1,
    text,
    fixable: false,
    fixed: 0,
    set_aside: 0,
    left: 1,
    command: 'npm install --global @tapps-agents/cli@latest',
    evidence: [{ place: 'layout.json', detail: 'a layout of a newer version', agent: null, command: null }],
  };
  return { root, taken_at, files: 0, findings: [finding] };
}

/** Whether anything is left that somebody should look into: not fixed, and more than good to know. */
export function isAnythingLeft({ findings }: DiagnosisJson): boolean {
  return findings.some(({ severity, left }) => severity !== 'info' && left > 0);
}

function leftOf({ code, count, mended, setAside, mendable }: Finding, after: Diagnosis | null): number {
  const most = count - mended - setAside;
  if (after === null || !mendable) return most;
  const now = after.findings.find((finding) => finding.code === code)?.count ?? 0;
  return Math.min(now, most);
}

function findingJson(
  finding: Finding,
  context: RemedyContext,
  left: number,
  after: Diagnosis | null,
): FindingJson {
  const { code, severity, count, mendable, mended, setAside, evidence } = finding;
  // What was tried just now, and is still there, is not put right by trying again.
  const stuck = !mendable || after === null ? [] : evidenceOf(code, after).map(({ place }) => place);
  const isStuck = stuck.length > 0 && left > 0;
  const text = isStuck ? `${finding.text} ${couldNotBeChanged(left, count)}` : finding.text;
  // Those come first that are left: of many, only a few are shown.
  const shown = isStuck
    ? [...evidenceOf(code, after), ...evidence.filter(({ place }) => !stuck.includes(place))]
    : evidence;
  return {
    code,
    severity,
    count,
    text,
    fixable: mendable,
    fixed: mended,
    set_aside: setAside,
    left,
    command: left === 0 || isStuck ? null : remedyFor(finding, context),
    evidence: shown.slice(0, MOST_EVIDENCE).map((one) => ({
      place: one.place,
      detail: one.detail,
      agent: one.agentId,
      command:
        isStuck && stuck.includes(one.place)
          ? hindranceOf(one, context)
          : remedyForEvidence(finding, one, context),
    })),
  };
}

/** So many come with a finding. */
const MOST_EVIDENCE = 10;

function evidenceOf(code: Finding['code'], diagnosis: Diagnosis | null): Finding['evidence'] {
  return diagnosis?.findings.find((finding) => finding.code === code)?.evidence ?? [];
}

function couldNotBeChanged(left: number, count: number): string {
  const which = left === 1 ? (count === 1 ? 'It' : '1 of them') : left === count ? 'They' : `${left} of them`;
  const [it, belongs] = left === 1 ? ['it', 'belongs'] : ['they', 'belong'];
  return `${which} could not be changed: look whether ${it} ${belongs} to another user or cannot be changed by anybody (immutable, a read-only file system, or one whose mount says who may do what, such as exFAT), lift that, and run this again.`;
}
