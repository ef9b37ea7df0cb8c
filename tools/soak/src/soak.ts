import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import type { ChildSettings } from './child-settings.ts';
import { EffectStore } from './effect-store.ts';
import { Fleet, type Member, type Role } from './fleet.ts';
import { planHarm, type Harm } from './harm-plan.ts';
import { historyOf } from './history.ts';
import type { Violation } from './oracle.ts';
import { plantedFileSystem, type Plant } from './planted-faults.ts';
import { measureIdle, MemorySampler } from './processes.ts';
import { countSent, holdsSomething, isOvertaken, readLogs } from './record-files.ts';
import { resultOf, type Measured, type SoakResult } from './soak-result.ts';
import { countUnfinished, ownersEnded, survey } from './survey.ts';

/** How a soak is run. */
export interface SoakOptions {
  readonly directory: string;
  /** Where the bundled programs are. */
  readonly programs: string;
  readonly seconds: number;
  /** And until at least so many messages were acknowledged to their senders, however long that takes. */
  readonly messages: number;
  readonly seed: number;
  readonly producers: number;
  readonly consumers: number;
  readonly lease_ms: number;
  /** Messages a second from all producers together, at most. */
  readonly rate: number;
  /** How long the drain may take, and every other wait for processes. */
  readonly drain_s: number;
  /** For how long idle processes are watched when all is done. */
  readonly idle_ms: number;
  readonly plant: Plant | null;
  /** Instead of what the seed gives. */
  readonly plan?: readonly Harm[];
  /** Calls it off. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Files that retention leaves alone for an hour, or a day, are made to look older. */
const OLD_S = 2 * 86_400;
/** So often a process is stopped to find it with a message in hand. */
const STOPS_TRIED = 100;

/** One soak: work under harm, a drain by fresh processes, and the judgement. Leaves its directory behind, and no process. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const run = new SoakRun(options);
  try {
    return await Promise.race([run.run(), calledOff(options.signal)]);
  } finally {
    await run.end();
  }
}

function calledOff(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The soak was called off.')), { once: true });
  });
}

class SoakRun {
  readonly #options: SoakOptions;
  readonly #root: string;
  readonly #logs: string;
  readonly #effects: string;
  readonly #agents: readonly string[];
  readonly #fleet: Fleet;
  readonly #memory: MemorySampler;
  readonly #violations: Violation[] = [];
  #longStops = 0;

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#root = join(options.directory, 'messages');
    this.#logs = join(options.directory, 'logs');
    this.#effects = join(options.directory, 'effects');
    for (const directory of [this.#logs, this.#effects]) mkdirSync(directory, { recursive: true });
    this.#agents = options.consumers < 4 ? ['agent-a'] : ['agent-a', 'agent-b'];
    this.#fleet = new Fleet(options.programs, this.#logs);
    this.#memory = new MemorySampler(this.#fleet);
  }

  async run(): Promise<SoakResult> {
    const { producers, consumers, seconds, seed, lease_ms, say } = this.#options;
    await this.#register();
    const plan = this.#options.plan ?? planHarm(seed, seconds * 1_000, producers, consumers, lease_ms);
    say(`${this.#root}: ${producers} producers, ${consumers} consumers, ${plan.length} harms planned`);
    const places = Array.from({ length: producers + consumers }, (_, place) => this.#start(place));
    const began_ms = performance.now();
    await this.#harm(places, plan, began_ms);
    const worked_s = (performance.now() - began_ms) / 1_000;

    say('draining');
    const drainBegan_ms = performance.now();
    await this.#dismiss(places);
    const idle_percent = await this.#drain();
    const drain_s = (performance.now() - drainBegan_ms) / 1_000;
    this.#memory.stop();
    const endedOwners = ownersEnded(this.#root);
    const sweptTemporary = await this.#tidyUp();
    say('judging');
    return this.#judge({ seconds: worked_s, drain_s, idle_percent, sweptTemporary, endedOwners });
  }

  /** Whatever happened, no process stays. */
  async end(): Promise<void> {
    this.#memory.stop();
    await this.#fleet.close();
  }

  async #register(): Promise<void> {
    await using mq = await openQueue({ root: this.#root, agent: 'soak', retention: false });
    for (const agent of this.#agents) await mq.registerAgent(agent);
  }

  /** A process in the n-th place: the producers first; of the consumers every fourth is a collector. */
  #start(index: number, name?: string): Member {
    const { producers, seed, lease_ms, rate, plant } = this.#options;
    const role: Role = index < producers ? 'producer' : 'consumer';
    const number = role === 'producer' ? index : index - producers;
    const isCollector = role === 'consumer' && number % 4 === 3;
    const settings: Omit<ChildSettings, 'log' | 'incarnation'> = {
      root: this.#root,
      effects: this.#effects,
      place: name ?? `${role}-${number}`,
      seed: seed * 1_000 + index,
      agents: this.#agents,
      agent: isCollector ? null : (this.#agents[number % this.#agents.length] ?? null),
      lease_ms,
      pause_ms: (1_000 * producers) / rate,
      plant,
    };
    return this.#fleet.start(role, settings);
  }

  /** Does what the plan says, each thing at its time or as soon after as this computer allows. */
  async #harm(places: Member[], plan: readonly Harm[], began_ms: number): Promise<void> {
    const { lease_ms, seconds, say, signal } = this.#options;
    const untilMoment = (at_ms: number): Promise<void> =>
      pause(Math.max(0, began_ms + at_ms - performance.now()), undefined, { signal });
    let said_ms = began_ms;
    for (const { at_ms, place, harm, for_ms } of plan) {
      await untilMoment(at_ms);
      const member = places[place];
      if (member === undefined) continue;
      if (harm === 'kill') {
        await this.#fleet.killAll([member]);
        places[place] = this.#start(place);
      } else if (for_ms === null) await this.#stopUntilOvertaken(member);
      else if (member.child.kill('SIGSTOP')) {
        member.stops += 1;
        if (for_ms > lease_ms) this.#longStops += 1;
        setTimeout(() => member.child.kill('SIGCONT'), for_ms).unref();
      }
      if (performance.now() - said_ms > 5_000) {
        said_ms = performance.now();
        say(
          `${Math.round((said_ms - began_ms) / 1_000)} s of ${seconds}: ${countUnfinished(this.#root)} wait`,
        );
      }
    }
    await untilMoment(seconds * 1_000);
    const { messages } = this.#options;
    if (messages > 0) await this.#until(() => countSent(this.#logs) >= messages, 'enough messages');
  }

  async #stopUntilOvertaken(member: Member): Promise<void> {
    await this.#stopWithMessage(member);
    member.stops += 1;
    this.#longStops += 1;
    const isEnded = (): boolean => {
      const own = [...ownersEnded(this.#root)].filter(([, pid]) => pid === member.pid);
      return own.length > 0 && isOvertaken(this.#logs, new Set(own.map(([owner]) => owner)));
    };
    await this.#until(isEnded, `a takeover from ${member.place}`);
    member.child.kill('SIGCONT');
  }

  /** What it held when we looked may be finished before it stops: nobody would take anything over then, so it goes on and is stopped anew. */
  async #stopWithMessage(member: Member): Promise<void> {
    const holds = (): boolean => holdsSomething(member.log);
    for (let tries = 0; tries < STOPS_TRIED; tries += 1) {
      await this.#until(holds, `${member.place} to hold a message`);
      member.child.kill('SIGSTOP');
      await pause(20, undefined, { signal: this.#options.signal });
      if (holds()) return;
      member.child.kill('SIGCONT');
    }
    throw new Error(
      `${member.place} held nothing any more each of the ${STOPS_TRIED} times that it was stopped.`,
    );
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const deadline_ms = performance.now() + this.#options.drain_s * 1_000;
    while (!condition()) {
      if (performance.now() > deadline_ms) {
        throw new Error(
          `Waited in vain for ${what}. Is this computer very busy? Give it more time with --drain.`,
        );
      }
      await pause(20, undefined, { signal: this.#options.signal });
    }
  }

  /** Producers may finish what they send; of the consumers, half may, and half are killed with what they hold. */
  async #dismiss(places: readonly Member[]): Promise<void> {
    const doomed = places.filter(({ role }, index) => role === 'consumer' && index % 2 === 0);
    await this.#fleet.killAll(doomed);
    const told = places.filter((member) => !doomed.includes(member));
    for (const member of told) this.#fleet.tell(member);
    this.#hung(await this.#fleet.awaitExits(told, this.#options.drain_s * 1_000));
  }

  /** Fresh processes handle all that is left; returns what one of them costs when there is nothing to do. */
  async #drain(): Promise<number | null> {
    const { producers, drain_s } = this.#options;
    const deadline_ms = performance.now() + drain_s * 1_000;
    const fresh = [0, 1, 3].map((number) => this.#start(producers + number, `drain-${number}`));
    let empty = 0;
    while (empty < 5 && performance.now() < deadline_ms) {
      await pause(200, undefined, { signal: this.#options.signal });
      empty = countUnfinished(this.#root) === 0 ? empty + 1 : 0;
    }
    const idle_percent =
      empty < 5
        ? null
        : await measureIdle(
            fresh.map(({ pid }) => pid),
            this.#options.idle_ms,
          );
    for (const member of fresh) this.#fleet.tell(member);
    this.#hung(await this.#fleet.awaitExits(fresh, drain_s * 1_000));
    if (empty < 5) {
      const detail = `${countUnfinished(this.#root)} messages are left after ${drain_s} s of draining`;
      this.#violations.push({ rule: 'not at rest', detail });
    }
    return idle_percent;
  }

  #hung(places: readonly string[]): void {
    for (const place of places) {
      this.#violations.push({ rule: 'does not end', detail: `${place} did not finish when it was told to` });
    }
  }

  /** What killed processes left is removed by retention, as it would be in time. Returns how many temporary files there were. */
  async #tidyUp(): Promise<number> {
    const leftover = survey(this.#root).filter(({ place }) =>
      ['temporary', 'ended', 'reason'].includes(place),
    );
    const old_s = Date.now() / 1_000 - OLD_S;
    for (const { path } of leftover) utimesSync(join(this.#root, path), old_s, old_s);
    for (const name of readdirSync(join(this.#root, 'tmp')))
      utimesSync(join(this.#root, 'tmp', name), old_s, old_s);
    // Sessions that retention finds dead are ended in the first run, and their records removed in the second.
    for (let run = 0; run < 2; run += 1) {
      await this.#retain();
      for (const { path, place } of survey(this.#root)) {
        if (place === 'ended') utimesSync(join(this.#root, path), old_s, old_s);
      }
    }
    return leftover.filter(({ place }) => place === 'temporary').length;
  }

  async #retain(): Promise<void> {
    await using mq = await openQueue({
      root: this.#root,
      agent: 'soak',
      fileSystem: plantedFileSystem(this.#options.plant),
      retention: { processedMaxAge: null, processedMaxCount: null, interval: '1h' },
    });
    const deadline_ms = performance.now() + this.#options.drain_s * 1_000;
    while ((await mq.operations.retain()) === null) {
      if (performance.now() > deadline_ms) throw new Error('The mutex of retention could not be had.');
      await pause(100);
    }
  }

  #judge(measured: Measured): SoakResult {
    return resultOf({
      ...measured,
      seed: this.#options.seed,
      history: historyOf(readLogs(this.#logs)),
      files: survey(this.#root),
      applied: new EffectStore(this.#effects).applied(),
      fleet: this.#fleet,
      memory: this.#memory,
      longStops: this.#longStops,
      violations: this.#violations,
    });
  }
}
