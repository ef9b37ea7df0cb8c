import type { Diagnosis, Finding, Severity } from '@tapps-agents/queue';
import { remedyFor, remedyForEvidence, type RemedyContext } from './remedy.ts';

/** The document of `doctor`: a promise to scripts, like those in json-shapes.ts. */
export interface DiagnosisJson {
  readonly root: string;
  readonly taken_at: string;
  /** How many files were looked at. */
  readonly files: number;
  readonly findings: readonly FindingJson[];
}

/** Something that is wrong, in all its places. */
export interface FindingJson {
  /** A code of the queue's, or `layout_too_new`. */
  readonly code: string;
  readonly severity: Severity;
  readonly count: number;
  readonly text: string;
  /** Whether `--fix` can put it right, and how many it did. */
  readonly fixable: boolean;
  readonly fixed: number;
  /** What puts it right, or shows more of it; null where no command does, or all is fixed. */
  readonly command: string | null;
  /** The first few. */
  readonly evidence: readonly {
    readonly place: string;
    readonly detail: string;
    readonly agent: string | null;
    readonly command: string | null;
  }[];
}

/** The document of a look at everything. */
export function diagnosisJson(diagnosis: Diagnosis, context: RemedyContext): DiagnosisJson {
  const { root, takenAt, files, findings } = diagnosis;
  return {
    root,
    taken_at: takenAt,
    files,
    findings: findings.map((finding) => findingJson(finding, context)),
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
    command: 'npm install --global @tapps-agents/cli@latest',
    evidence: [{ place: 'layout.json', detail: 'a layout of a newer version', agent: null, command: null }],
  };
  return { root, taken_at, files: 0, findings: [finding] };
}

/** Whether anything is left that somebody should look into: not fixed, and more than good to know. */
export function isAnythingLeft({ findings }: DiagnosisJson): boolean {
  return findings.some(({ severity, fixed, count }) => severity !== 'info' && fixed < count);
}

function findingJson(finding: Finding, context: RemedyContext): FindingJson {
  const { code, severity, count, text, mendable, mended, evidence } = finding;
  return {
    code,
    severity,
    count,
    text,
    fixable: mendable,
    fixed: mended,
    command: remedyFor(finding, context),
    evidence: evidence.map((one) => ({
      place: one.place,
      detail: one.detail,
      agent: one.agentId,
      command: remedyForEvidence(finding, one, context),
    })),
  };
}
