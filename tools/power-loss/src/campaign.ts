import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createImage, type Image } from '@tapps-agents-tools/file-systems';
import type { Variation } from './cast.ts';
import type { Control } from './controls.ts';
import { whyEmpty } from './emptiness.ts';
import type { Violation } from './history.ts';
import type { Note } from './notes.ts';
import type { Kind } from './kinds.ts';
import { methodsOf, type Method } from './plug.ts';
import { integerBetween, seededRandom } from './random.ts';
import { playRound, type RoundResult } from './round.ts';

/** Of xfs, mkfs asks for 300; none needs more. */
const size_mib = 320;
const shownViolations = 10;
/** How often a long run says how far it is. */
const progress_ms = 60_000;
/** A mistake that was not noticed in so many rounds is not noticed. */
const mostRounds = 12;

/** What some rounds came to. */
interface Figures {
  rounds: number;
  sent: number;
  acked: number;
  dead: number;
  steps: number;
  twiceNamed: number;
  /** Rounds that show nothing. */
  empty: number;
}

/** All rounds on one file system. */
export class Campaign {
  readonly #kind: Kind;
  readonly #folder: string;
  readonly #random: () => number;
  #seed: number;
  #images = 0;

  constructor(kind: Kind, folder: string, seed: number) {
    this.#kind = kind;
    this.#folder = folder;
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  /**
   * Plays so many rounds, some of them one after the other on the same image. True when every promise was kept, and half of
   * the rounds or more could have shown one broken.
   */
  async keep(rounds: number): Promise<boolean> {
    const began_ms = performance.now();
    const figures: Figures = { rounds: 0, sent: 0, acked: 0, dead: 0, steps: 0, twiceNamed: 0, empty: 0 };
    const broken: Violation[] = [];
    let notes: readonly Note[] = [];
    let told_ms = began_ms;
    while (figures.rounds < rounds && broken.length === 0) {
      if (performance.now() - told_ms > progress_ms) {
        told_ms = performance.now();
        console.log(
          `${this.#kind}: ${figures.rounds} rounds, ${figures.sent} sent and ${figures.acked} finished so far`,
        );
      }
      const length = Math.min(integerBetween(this.#random, 1, 5), rounds - figures.rounds);
      const { violations, last } = await this.#onOneImage(length, {}, (result) => {
        figures.rounds += 1;
        const empty = result.violations.length > 0 ? null : whyEmpty(result.notes);
        if (empty !== null) {
          figures.empty += 1;
          console.log(`${this.#kind}: round ${figures.rounds}, seed ${this.#seed}, shows nothing: ${empty}.`);
        }
        if (result.violations.length > 0)
          console.log(`${this.#kind}: round ${figures.rounds}, seed ${this.#seed}, by ${result.method}:`);
        return result.violations.length === 0;
      });
      broken.push(...violations);
      if (last !== null) count(figures, last);
      notes = last?.notes ?? [];
    }
    const seconds = Math.round((performance.now() - began_ms) / 1_000);
    console.log(
      `${this.#kind}: ${figures.rounds} rounds in ${seconds} s; acknowledged as durable: ${figures.sent} sent, ${figures.acked} finished, ` +
        `${figures.dead} quarantined, ${figures.steps} steps. ${broken.length === 0 ? 'Lost 0; every promise was kept.' : 'PROMISES BROKEN:'}`,
    );
    if (figures.twiceNamed > 0)
      console.log(`${this.#kind}: renames found half done: ${figures.twiceNamed}, each handled as a copy.`);
    const isEnough = figures.empty * 2 <= figures.rounds;
    if (!isEnough)
      console.log(
        `${this.#kind}: ${figures.empty} of ${figures.rounds} rounds show nothing. TOO LITTLE, so failed.`,
      );
    show(broken, notes);
    return broken.length === 0 && isEnough;
  }

  /** Plays rounds with each of these mistakes until it is noticed. True when each was that has to be. */
  async control(controls: readonly Control[]): Promise<boolean> {
    let isEachNoticed = true;
    for (const control of controls) {
      const isNoticed = await this.#notices(control);
      if (!isNoticed && control.noticedOn.includes(this.#kind)) isEachNoticed = false;
    }
    return isEachNoticed;
  }

  async #notices(control: Control): Promise<boolean> {
    for (let round = 1; round <= mostRounds; round += 1) {
      const { violations, last } = await this.#onOneImage(1, control.variation, () => false);
      if (violations.length === 0) continue;
      const sent = last?.history.sent.size ?? 0;
      console.log(
        `${this.#kind}, ${control.name}: noticed in round ${round}, of ${sent} sent: ${summary(violations)}`,
      );
      return true;
    }
    const isAllowed = !control.noticedOn.includes(this.#kind);
    console.log(
      `${this.#kind}, ${control.name}: not noticed in ${mostRounds} rounds${isAllowed ? ', as expected' : ': THE CHECK IS BLIND'}.`,
    );
    return false;
  }

  /** `goOn` is asked after each round. */
  async #onOneImage(
    rounds: number,
    variation: Variation,
    goOn: (result: RoundResult) => boolean,
  ): Promise<{ violations: readonly Violation[]; last: RoundResult | null }> {
    this.#images += 1;
    const notes = join(this.#folder, `${this.#kind}-${this.#images}.notes`);
    let image: Image = await createImage(this.#kind, { size_mib });
    let last: RoundResult | null = null;
    try {
      for (let round = 0; round < rounds; round += 1) {
        this.#seed += 1;
        const method = this.#method();
        last = await playRound({ image, notes, method, seed: this.#seed, variation });
        image = last.image;
        if (!goOn(last)) break;
      }
    } finally {
      await image[Symbol.asyncDispose]();
    }
    rmSync(notes);
    return { violations: last?.violations ?? [], last };
  }

  #method(): Method {
    const methods = methodsOf(this.#kind);
    return methods[integerBetween(this.#random, 0, methods.length - 1)] ?? 'copy';
  }
}

function count(figures: Figures, { history, twiceNamed }: RoundResult): void {
  figures.twiceNamed += twiceNamed;
  figures.sent += history.sent.size;
  figures.acked += history.acked.size;
  figures.dead += history.givenUp.size;
  figures.steps += history.remembered.size;
}

function show(violations: readonly Violation[], notes: readonly Note[]): void {
  for (const { rule, detail } of violations.slice(0, shownViolations)) {
    console.log(`  ${rule}: ${detail}`);
    const id = /m-\w+-\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(detail)?.[0];
    if (id !== undefined) console.log(`    ${storyOf(id, notes)}`);
  }
  if (violations.length > shownViolations) console.log(`  and more: ${summary(violations)}`);
}

function summary(violations: readonly Violation[]): string {
  const counts = new Map<string, number>();
  for (const { rule } of violations) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, number]) => `${rule} ${number}`).join(', ');
}

/** What was noted of a message, and between what the power went. */
function storyOf(id: string, notes: readonly Note[]): string {
  return notes
    .filter((note) => note.what === 'plug' || note.what === 'power' || JSON.stringify(note).includes(id))
    .map(({ what }) => what)
    .join(', ');
}
