import type { History, MessageHistory } from './history.ts';
import type { Place, SurveyedFile } from './survey.ts';

/** What the judgement rests on: what the processes recorded, what lies on the disk in the end, and what was done outside. */
export interface Evidence {
  readonly history: History;
  readonly files: readonly SurveyedFile[];
  /** The keys of all effects that were applied. */
  readonly applied: ReadonlySet<string>;
}

/** A promise that was broken. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** The counts of a run, in messages unless the name says otherwise. */
export interface Counts {
  /** That somebody began to send. */
  readonly attempted: number;
  /** Whose sender was told that they were sent. */
  readonly acknowledged: number;
  /** Whose sender was told, and that nobody ever handled. */
  readonly lost: number;
  /** That were handled, or are kept, and that nobody ever sent. */
  readonly unexpected: number;
  /** Whose sending has an unknown outcome, and that were handled. */
  readonly recovered: number;
  /** How often a handler began. */
  readonly handlings: number;
  /** How often a handler ran to its end after one had already done so for that message. */
  readonly duplicates: number;
  /** Further copies that the ledger dropped. */
  readonly copies: number;
  /** How often an effect was attempted, and applied. */
  readonly effectAttempts: number;
  readonly effects: number;
  /** Effects beyond the first of a message. */
  readonly duplicateEffects: number;
  readonly finished: number;
  readonly dead: number;
  readonly answers: number;
}

export interface Judgement {
  readonly violations: readonly Violation[];
  readonly counts: Counts;
}

/** So many examples of one rule are named. */
const MAX_EXAMPLES = 5;

/**
 * Jepsen's total-queue and what a queue on files promises beyond it, judged at rest: everybody has left, and everything was to
 * be handled before. Lost, unexpected and doubled effects must be 0; handling a message again is allowed until it is
 * acknowledged, and is counted.
 */
export function judge(evidence: Evidence): Judgement {
  const faults = new Faults();
  const kept = keptById(evidence.files);
  const counts = {
    attempted: 0,
    acknowledged: 0,
    lost: 0,
    unexpected: 0,
    recovered: 0,
    handlings: 0,
    duplicates: 0,
    copies: 0,
    effectAttempts: 0,
    effects: evidence.applied.size,
    duplicateEffects: 0,
    finished: 0,
    dead: 0,
    answers: 0,
  };
  for (const message of evidence.history.messages.values()) {
    const places = kept.get(message.id) ?? [];
    counts.attempted += message.attempts > 0 ? 1 : 0;
    counts.acknowledged += message.sent > 0 ? 1 : 0;
    counts.recovered += message.attempts > 0 && message.sent === 0 && message.starts > 0 ? 1 : 0;
    counts.handlings += message.starts;
    counts.duplicates += Math.max(0, message.completions - 1);
    counts.copies += message.settlements.duplicate;
    counts.effectAttempts += message.effectAttempts;
    if (message.sent > 0 && message.starts === 0) {
      counts.lost += 1;
      faults.add('lost', `${message.id} was acknowledged to its sender and never handled`);
    }
    if (isUnexpected(evidence.history, message)) {
      counts.unexpected += 1;
      faults.add('unexpected', `${message.id} was handled, and nobody sent it`);
    }
    counts.duplicateEffects += checkEffects(faults, evidence, message, places);
    checkMessage(faults, message, places);
  }
  for (const entry of evidence.history.settledTwice) faults.add('lease honoured twice', entry);
  checkFiles(faults, evidence, kept, counts);
  return { violations: faults.list, counts };
}

/** What a producer sent, and what answers it: the rest came from nowhere. */
function isUnexpected({ messages }: History, message: MessageHistory): boolean {
  if (message.attempts > 0 || message.starts === 0) return false;
  return message.cause === null || (messages.get(message.cause)?.attempts ?? 0) === 0;
}

/** The effect of a message is applied under one key only, and has been applied if the message is finished. */
function checkEffects(
  faults: Faults,
  { applied }: Evidence,
  { id, keys }: MessageHistory,
  places: readonly SurveyedFile[],
): number {
  const effects = [...keys].filter((key) => applied.has(key));
  const isFinished = places.some(({ place }) => place === 'processed');
  if (isFinished && effects.length === 0)
    faults.add('effect missing', `${id} is finished without its effect`);
  if (effects.length <= 1) return 0;
  faults.add('effect twice', `${id} has the effects of ${effects.join(' and ')}`);
  return effects.length - 1;
}

function checkMessage(faults: Faults, message: MessageHistory, places: readonly SurveyedFile[]): void {
  const { id, settlements } = message;
  if (settlements.acked > 1) {
    faults.add('finished twice', `${id} was acknowledged ${settlements.acked} times`);
  }
  if (message.admittedAt_us > message.acknowledgedAt_us) {
    faults.add('handled again', `a handler was let at ${id} after it had been acknowledged`);
  }
  if (message.attempts === 0) return;
  const isOver = places.some(({ place }) => place === 'processed' || place === 'dead');
  if (message.sent > 0 && !isOver) faults.add('not kept', `${id} is neither in the ledger nor a dead letter`);
  if (places.length > message.attempts || places.length < message.sent) {
    const where = places.map(({ path }) => path).join(', ');
    faults.add(
      'in two places',
      `${id}: ${message.attempts} attempts, ${message.sent} sent, in ${places.length}: ${where}`,
    );
  }
  for (const { path, digest } of places) {
    if (digest !== message.digest) faults.add('damaged', `${path} is not what was sent`);
  }
}

type MutableCounts = { -readonly [Key in keyof Counts]: Counts[Key] };

function checkFiles(
  faults: Faults,
  { history, files }: Evidence,
  kept: ReadonlyMap<string, readonly SurveyedFile[]>,
  counts: MutableCounts,
): void {
  const paths = new Set(files.map(({ path }) => path));
  const answered = new Set(files.filter(({ box }) => box === 'outbox').map(({ cause }) => cause));
  for (const { path, place, id, box, cause } of files) {
    if (place === 'processed' && box === 'inbox') counts.finished += 1;
    if (place === 'processed' && box === 'outbox') counts.answers += 1;
    if (place === 'dead') counts.dead += 1;
    if (LEFT_OVER.has(place) || (place === 'token' && !path.endsWith('~free'))) {
      faults.add(place === 'ready' || place === 'leased' ? 'not at rest' : 'left over', path);
    }
    if (place === 'dead' && !paths.has(path.replace(/\.json$/, '.reason.json'))) {
      faults.add('dead without a reason', path);
    }
    if (place === 'reason' && !paths.has(path.replace(/\.reason\.json$/, '.json')))
      faults.add('left over', path);
    if (place !== 'processed' && place !== 'dead') continue;
    if (id === null) faults.add('damaged', `${path} is no message`);
    else if (box === 'inbox' && !answered.has(id)) faults.add('not answered', `${id} in ${path}`);
    if (id !== null && (history.messages.get(id)?.attempts ?? 0) > 0) continue;
    if (cause !== null && (history.messages.get(cause)?.attempts ?? 0) > 0) continue;
    if (id !== null && (history.messages.get(id)?.starts ?? 0) > 0) continue; // Counted already.
    counts.unexpected += 1;
    faults.add('unexpected', `${path}, and nobody sent it`);
  }
  for (const [name, tokens] of mutexes(files)) {
    if (tokens !== 1) faults.add('left over', `the mutex ${name} has ${tokens} tokens`);
  }
  for (const [id, places] of kept) {
    const entries = places.filter(({ place }) => place === 'processed').length;
    if (entries > 1) faults.add('finished twice', `${id} has ${entries} entries in the ledger`);
  }
}

const LEFT_OVER: ReadonlySet<Place> = new Set(['ready', 'leased', 'temporary', 'owner', 'ended', 'other']);

function mutexes(files: readonly SurveyedFile[]): Map<string, number> {
  const tokens = new Map<string, number>();
  for (const { path, place } of files) {
    if (place !== 'token') continue;
    const name = path.slice(0, path.lastIndexOf('/'));
    tokens.set(name, (tokens.get(name) ?? 0) + 1);
  }
  return tokens;
}

function keptById(files: readonly SurveyedFile[]): Map<string, SurveyedFile[]> {
  const kept = new Map<string, SurveyedFile[]>();
  for (const file of files) {
    if (file.id !== null) kept.set(file.id, [...(kept.get(file.id) ?? []), file]);
  }
  return kept;
}

/** Broken promises: of each rule, all are counted and the first few named. */
class Faults {
  readonly #byRule = new Map<string, { count: number; readonly examples: string[] }>();

  add(rule: string, detail: string): void {
    const known = this.#byRule.get(rule) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < MAX_EXAMPLES) known.examples.push(detail);
    this.#byRule.set(rule, known);
  }

  get list(): Violation[] {
    return [...this.#byRule].flatMap(([rule, { count, examples }]) => [
      ...examples.map((detail) => ({ rule, detail })),
      ...(count > examples.length ? [{ rule, detail: `and ${count - examples.length} more` }] : []),
    ]);
  }
}
