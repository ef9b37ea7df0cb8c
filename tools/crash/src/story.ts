import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

/** Something that the victim's caller was told, and may rely on from then on. */
export interface Fact {
  readonly told:
    | 'opened'
    | 'registered'
    | 'sent'
    | 'claimed'
    | 'step'
    | 'acked'
    | 'retried'
    | 'released'
    | 'rejected'
    | 'replayed'
    | 'acquired'
    | 'paused'
    | 'resumed';
  /** The message's id, the agent's, or a step's key. */
  readonly id?: string;
  readonly deliveries?: number;
  readonly generation?: number;
}

/** A message that is about to be sent: what may be found from now on. */
export interface Offer {
  readonly offer: string;
  /** Its bytes, as text. */
  readonly text: string;
}

/** A file-system call that is about to be made. */
export interface Call {
  readonly call: number;
  readonly verb: string;
  /** Below the root. */
  readonly path: string;
  /** The destination of a rename. */
  readonly to?: string;
}

type Line = Fact | Offer | Call | { readonly ended: true };

/** What a victim did and was told, kept outside of the messages directory. */
export interface Story {
  readonly calls: readonly Call[];
  readonly facts: readonly Fact[];
  readonly offers: readonly Offer[];
  /** It did everything, and was not killed. */
  readonly ended: boolean;
}

/** Adds a line, by a call that returns when the system has it: what follows may be the end. */
export function tell(path: string, line: Line): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** Begins an empty story. */
export function beginStory(path: string): void {
  writeFileSync(path, '');
}

/** Reads what was told. */
export function readStory(path: string): Story {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Line);
  return {
    calls: lines.filter((line) => 'call' in line),
    facts: lines.filter((line) => 'told' in line),
    offers: lines.filter((line) => 'offer' in line),
    ended: lines.some((line) => 'ended' in line),
  };
}
