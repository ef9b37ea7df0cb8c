import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildSettings } from './child-settings.ts';
import { logPath } from './log-path.ts';

/** Which program a process runs. */
export type Role = 'producer' | 'consumer';

/** A process, as its parent knows it. */
export interface Member {
  readonly role: Role;
  readonly place: string;
  readonly pid: number;
  readonly log: string;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  /** We killed it, or told it to stop; if it ends before that, something is wrong. */
  expected: boolean;
  /** Microseconds of the clock that the records have, when it was killed. */
  killedAt_us: number | null;
  stops: number;
}

/** The processes at work. Every place is filled again when its process is killed. */
export class Fleet {
  /** Everybody who ever was. */
  readonly members: Member[] = [];
  /** Of processes that ended by themselves. */
  readonly deaths: string[] = [];
  readonly #programs: string;
  readonly #logs: string;
  readonly #incarnations = new Map<string, number>();
  #closed = false;

  constructor(programs: string, logs: string) {
    this.#programs = programs;
    this.#logs = logs;
  }

  get living(): Member[] {
    return this.members.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  }

  /** Starts a process in a place; its standard error goes to a file beside its log. */
  start(role: Role, settings: Omit<ChildSettings, 'log' | 'incarnation'>): Member {
    if (this.#closed) throw new Error('The soak has been called off.');
    const { place } = settings;
    const incarnation = (this.#incarnations.get(place) ?? -1) + 1;
    this.#incarnations.set(place, incarnation);
    const log = logPath(join(this.#logs, 'any'), place, incarnation);
    const errors = openSync(`${log}.stderr`, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        join(this.#programs, `${role}.js`),
        JSON.stringify({ ...settings, log, incarnation }),
      ],
      { stdio: ['pipe', 'ignore', errors] },
    );
    closeSync(errors);
    child.stdin?.on('error', () => {}); // It is gone already, and cannot be told to stop.
    if (child.pid === undefined) {
      child.once('error', () => {});
      throw new Error(`A ${role} could not be started. Too many processes, or no memory?`);
    }
    const member: Member = {
      role,
      place,
      pid: child.pid,
      log,
      child,
      exited: new Promise((resolve) => {
        child.once('exit', (code, signal) => {
          if (!member.expected || (code !== 0 && member.killedAt_us === null)) {
            this.deaths.push(`${place}.${incarnation} ended with ${code ?? signal}; see ${log}.stderr`);
          }
          resolve();
        });
      }),
      expected: false,
      killedAt_us: null,
      stops: 0,
    };
    this.members.push(member);
    return member;
  }

  /** Asks a process to finish. */
  tell(member: Member): void {
    member.expected = true;
    member.child.kill('SIGCONT');
    member.child.stdin?.end();
  }

  /** Waits for processes to end; those that do not in time are killed, and their places returned. */
  async awaitExits(members: readonly Member[], limit_ms: number): Promise<string[]> {
    const all = Promise.all(members.map(({ exited }) => exited));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), limit_ms);
    });
    const result = await Promise.race([all, late]);
    clearTimeout(timer);
    if (result !== 'late') return [];
    const hanging = members.filter((member) => this.living.includes(member));
    await this.killAll(hanging);
    return hanging.map(({ place }) => place);
  }

  /** Nobody is left, and nobody comes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.killAll();
  }

  /** Ends processes with no chance to tidy up, also stopped ones. */
  async killAll(members: readonly Member[] = this.living): Promise<void> {
    for (const member of members) {
      member.expected = true;
      member.killedAt_us ??= Number(process.hrtime.bigint() / 1_000n);
      member.child.kill('SIGKILL');
    }
    await Promise.all(members.map(({ exited }) => exited));
  }
}
