import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import type { Ending } from './endings.ts';
import {
  isAtWork,
  isRunning,
  linesOf,
  startMember,
  type Language,
  type Member,
  type Programs,
} from './fleet.ts';
import { shortfalls } from './floors.ts';
import { faultsOf, type Findings, type History } from './oracle.ts';

/** How much, and by how many. */
export interface InteropOptions {
  readonly directory: string;
  readonly programs: Programs;
  /** Messages in all; a tenth of them is sent twice. */
  readonly messages: number;
  /** Producers, and consumers, of each language. */
  readonly processes: number;
  /** How many processes are killed in the middle, producers and consumers in turn: producers are done first. */
  readonly kills: number;
  readonly seed: number;
  readonly limit_ms: number;
  /** Called with every message: what the tests plant between two looks. */
  readonly onRound?: (root: string, done: number) => void;
}

const LANGUAGES: readonly Language[] = ['python', 'typescript'];

/** One look may miss a message that is handed back between its two listings. */
const QUIET_LOOKS = 2;

/** Lets both languages share one inbox until everything is handled, or lost; says what was wrong with it, and where it shows too little. */
export async function interop(options: InteropOptions): Promise<Findings> {
  const root = join(options.directory, 'messages');
  const logs = join(options.directory, 'logs');
  mkdirSync(logs, { recursive: true });
  {
    await using queue = await openQueue({ root, retention: false });
    await queue.registerAgent('coder');
  }
  const share = Math.ceil(options.messages / (2 * options.processes));
  const fleet = new Fleet(options, root, logs, share);
  const began = performance.now();
  let endings: readonly Ending[];
  try {
    await fleet.untilDone(began);
  } finally {
    endings = await fleet.stop();
  }
  const took_ms = performance.now() - began;
  const findings = faultsOf(root, { ...fleet.history(), endings });
  const producers = 2 * options.processes;
  const asked = {
    messages: producers * share,
    copies: producers * Math.ceil(share / 10),
    kills: options.kills,
  };
  return { ...findings, faults: [...findings.faults, ...shortfalls(findings, asked)], took_ms };
}

class Fleet {
  readonly #options: InteropOptions;
  readonly #root: string;
  readonly #logs: string;
  readonly #share: number;
  readonly #members: Member[] = [];
  readonly #producers: string[] = [];
  #random: number;

  constructor(options: InteropOptions, root: string, logs: string, share: number) {
    this.#options = options;
    this.#root = root;
    this.#logs = logs;
    this.#share = share;
    this.#random = options.seed;
    for (const language of LANGUAGES) {
      for (let index = 0; index < options.processes; index += 1) {
        this.#producers.push(`${language}-${index}`);
        this.#startProducer(language, `${language}-${index}`);
        this.#startConsumer(language);
      }
    }
  }

  /** Waits until nothing can come any more, all of it handled or not; kills on the way, when so much is done as the plan says. */
  async untilDone(began: number): Promise<void> {
    const total = this.#share * this.#producers.length;
    let kills = 0;
    let quietLooks = 0;
    for (;;) {
      const done = this.#inLedger();
      this.#options.onRound?.(this.#root, done);
      // All in the first half, as producers are done before consumers are; none once nobody is at work any more.
      const killsDue = done < total ? Math.floor((2 * done * (this.#options.kills + 1)) / total) : 0;
      while (
        kills < Math.min(killsDue, this.#options.kills) &&
        (await this.#killOne(kills % 2 === 0 ? 'producer' : 'consumer'))
      )
        kills += 1;
      quietLooks = this.#isQuiet() ? quietLooks + 1 : 0;
      // The oracle says what is missing.
      if (quietLooks === QUIET_LOOKS || performance.now() - began > this.#options.limit_ms) return;
      await setTimeout(100);
    }
  }

  /** Tells all that still run to stop, and waits for their ends; returns those of all. */
  async stop(): Promise<readonly Ending[]> {
    for (const member of this.#members.filter(isRunning)) member.wasTold = member.child.kill('SIGTERM');
    return await Promise.all(
      this.#members.map(async ({ language, role, log, exited, ...member }) => {
        const end = await exited;
        const { wasKilled, wasTold } = member;
        return { language, role, wasKilled, wasTold, end, hadBegun: linesOf(log).length > 0 };
      }),
    );
  }

  history(): Omit<History, 'endings'> {
    return {
      expected: this.#producers.flatMap((name) =>
        Array.from({ length: this.#share }, (_, number) => `${name}_${number}`),
      ),
      logs: this.#members
        .filter(({ role }) => role === 'consumer')
        .map(({ language, log, wasKilled }) => ({ language, wasKilled, lines: linesOf(log) })),
      complaints: this.#members.flatMap(({ stderr }) => (stderr() === '' ? [] : [stderr()])),
    };
  }

  #startProducer(language: Language, name: string): void {
    const log = join(this.#logs, `producer-${name}`);
    this.#members.push(
      startMember(this.#options.programs, language, 'producer', this.#root, log, [name, String(this.#share)]),
    );
  }

  #startConsumer(language: Language): void {
    const log = join(this.#logs, `consumer-${this.#members.length}`);
    this.#members.push(startMember(this.#options.programs, language, 'consumer', this.#root, log));
  }

  /** Kills one that is at work, and starts another in its place; false if there is none now. */
  async #killOne(role: Member['role']): Promise<boolean> {
    const atWork = this.#members.filter(isAtWork);
    const preferred = atWork.filter((member) => member.role === role);
    // Producers may all be done.
    const living = preferred.length > 0 ? preferred : atWork;
    // A small generator of its own, so that a seed gives the same victims where it finds the same processes.
    this.#random = (this.#random * 48_271 + 11) % 2_147_483_647;
    const victim = living[this.#random % Math.max(1, living.length)];
    if (victim === undefined) return false;
    victim.child.kill('SIGKILL');
    victim.wasKilled = (await victim.exited) === 'SIGKILL';
    if (!victim.wasKilled) return false; // It had ended by itself.
    if (victim.role === 'consumer') this.#startConsumer(victim.language);
    else
      this.#startProducer(
        victim.language,
        victim.log.slice(victim.log.lastIndexOf('producer-') + 'producer-'.length),
      );
    return true;
  }

  #inLedger(): number {
    let count = 0;
    for (const name of this.#producers)
      count += namesIn(join(this.#root, 'processed/inbox/coder/load', name)).filter(
        (file) => !file.includes('~'),
      ).length;
    return count;
  }

  /** Nothing waits, nothing is held, and every producer has ended: no further copy can come. */
  #isQuiet(): boolean {
    const producing = this.#members.some((member) => member.role === 'producer' && isRunning(member));
    return (
      !producing &&
      namesIn(join(this.#root, 'inbox/coder')).length === 0 &&
      namesIn(join(this.#root, 'locks/inbox/coder')).length === 0
    );
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Not made yet.
  }
}
