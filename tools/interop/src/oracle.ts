import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOfEnding, type Ending } from './endings.ts';
import type { Language, Member } from './fleet.ts';

/** What was sent, and what each consumer recorded: `began ID` before the effect, `acked ID` after the acknowledgement. */
export interface History {
  readonly expected: readonly string[];
  readonly logs: readonly {
    readonly language: Language;
    readonly wasKilled: boolean;
    readonly lines: readonly string[];
  }[];
  /** What processes said on their standard error. */
  readonly complaints: readonly string[];
  readonly endings: readonly Ending[];
}

export interface Findings {
  readonly faults: readonly string[];
  readonly handled: Readonly<Record<Language, number>>;
  /** Handlers that ran again because their process had been killed in them. */
  readonly reruns: number;
  readonly duplicates: number;
  /** Processes that were killed at work. */
  readonly killed: Readonly<Record<Member['role'], number>>;
  readonly took_ms: number;
}

/** Judges a directory at rest by what was sent to it and what was recorded: nothing lost, nothing handled twice. */
export function faultsOf(
  root: string,
  { expected, logs, complaints, endings }: History,
): Omit<Findings, 'took_ms'> {
  const faults: string[] = complaints.map((complaint) => `a process complained: ${complaint.slice(0, 500)}`);
  faults.push(...endings.map(faultOfEnding).filter((fault) => fault !== null));
  const ledger = filesBelow(join(root, 'processed/inbox'));
  const finished = ledger.filter((path) => !path.includes('~'));
  const ids = finished.map((path) => idOf(path));
  for (const id of missing(expected, ids)) faults.push(`lost: ${id} is not in the ledger`);
  for (const id of missing(ids, expected)) faults.push(`invented: ${id} is in the ledger`);
  for (const place of ['inbox', 'locks/inbox', 'dlq'])
    for (const path of filesBelow(join(root, place))) faults.push(`left over: ${place}/${path}`);

  const handled: Record<Language, number> = { python: 0, typescript: 0 };
  let reruns = 0;
  const effects = new Map<string, { began: number; acked: number; excused: number }>();
  for (const { language, wasKilled, lines } of logs) {
    const acked = new Set(lines.filter((line) => line.startsWith('acked ')).map((line) => line.slice(6)));
    handled[language] += acked.size;
    for (const line of lines) {
      const id = line.slice(6);
      const effect = effects.get(id) ?? { began: 0, acked: 0, excused: 0 };
      if (line.startsWith('acked ')) effect.acked += 1;
      else effect.began += 1;
      if (line.startsWith('began ') && wasKilled && !acked.has(id)) effect.excused += 1;
      effects.set(id, effect);
    }
  }
  for (const [id, { began, acked, excused }] of effects) {
    if (acked > 1) faults.push(`handled twice: ${id} was acknowledged ${acked} times`);
    // A process that died between its effect and its acknowledgement leaves one effect that counts for nothing.
    if (began > 1 + excused)
      faults.push(
        `handled twice: ${id} took effect ${began} times, ${excused} of them in processes that were killed`,
      );
    reruns += Math.max(0, began - 1);
  }
  for (const id of missing(expected, [...effects.keys()])) faults.push(`${id} never took effect`);
  faults.push(...faultsOfAnswers(root, expected));
  const killedOf = (role: Member['role']): number =>
    endings.filter((ending) => ending.role === role && ending.wasKilled).length;
  const killed = { consumer: killedOf('consumer'), producer: killedOf('producer') };
  return { faults, handled, reruns, duplicates: ledger.length - finished.length, killed };
}

/** Each task is answered, under an id that a rerun repeats. */
function faultsOfAnswers(root: string, expected: readonly string[]): string[] {
  const answers = new Map<string, Set<string>>();
  for (const path of filesBelow(join(root, 'outbox/coder'))) {
    const answer = JSON.parse(readFileSync(join(root, 'outbox/coder', path), 'utf8')) as {
      message_id: string;
      metadata: { causation_id: string };
    };
    const ids = answers.get(answer.metadata.causation_id) ?? new Set();
    answers.set(answer.metadata.causation_id, ids.add(answer.message_id));
  }
  const several = [...answers]
    .filter(([, ids]) => ids.size > 1)
    .map(([id]) => `${id} was answered under several ids`);
  return [...missing(expected, [...answers.keys()]).map((id) => `${id} was never answered`), ...several];
}

function missing(from: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there);
  return from.filter((id) => !known.has(id));
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length).replaceAll('%5f', '_');
}

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
}
