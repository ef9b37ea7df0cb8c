import type { SurveyedFile } from './survey.ts';
import type { Story } from './story.ts';

/** A message that was there before the victim started, or was offered by it. */
export interface KnownMessage {
  readonly id: string;
  readonly text: string;
  /** How often it may be there, all states together. */
  readonly copies: number;
  /** Somebody was told that it is there. */
  readonly promised: boolean;
  /** Retention may remove it. */
  readonly mayGo: boolean;
}

/** What the site of an operation is known to hold. */
export interface Manifest {
  readonly messages: readonly KnownMessage[];
  /** Files that must stay as they are, with their content. */
  readonly kept: ReadonlyMap<string, string>;
}

/** One call of a handler of the successor. */
export interface Handling {
  /** `inbox/coder` */
  readonly box: string;
  readonly id: string;
  readonly run: number;
  readonly deliveries: number;
  readonly failures: number;
}

/** One broken promise. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** What became of one run, as far as it is known, and what was wrong with it. */
export interface Outcome {
  readonly root: string;
  readonly manifest: Manifest;
  readonly story: Story;
  /** Right after the kill, before anybody else did anything. */
  readonly atDeath: readonly SurveyedFile[];
  /** What the successor's handlers were called with. */
  readonly handled: Handling[];
  /** The keys of the steps that the successor ran. */
  readonly steps: string[];
  /** When there was nothing left to handle. */
  atRest: readonly SurveyedFile[];
  readonly violations: Violation[];
}

/** Notes a broken promise. */
export function violate(outcome: Outcome, rule: string, detail: string): void {
  outcome.violations.push({ rule, detail });
}

/** All that may be found: what was there, and what the victim was about to send. */
export function knownMessages({ manifest, story }: Outcome): Map<string, KnownMessage> {
  const known = new Map(manifest.messages.map((message) => [message.id, message]));
  for (const { offer, text } of story.offers) {
    const earlier = known.get(offer);
    const promised = story.facts.some((fact) => fact.told === 'sent' && fact.id === offer);
    known.set(offer, {
      id: offer,
      text,
      copies: (earlier?.copies ?? 0) + 1,
      promised: promised || earlier?.promised === true,
      mayGo: false,
    });
  }
  return known;
}
