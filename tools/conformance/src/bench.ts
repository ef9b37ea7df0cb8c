import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Consumer } from './consumer.ts';
import { Difference, differences, type Expectation } from './expectation.ts';
import { call, Session, type Outcome } from './implementation.ts';
import { plant, setTime, survey, type Tree } from './tree.ts';
import { Witness } from './witness.ts';

/** Thrown where a program refuses what it may refuse. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** A field of a message, as `publish` takes it; of a list, one for each item. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** What a case works with: its directory, and the program that is judged. */
export class Bench {
  readonly root: string;
  /** The directory above the root, in which nothing else may turn up. */
  readonly above: string;
  readonly #command: string;
  readonly #mayDecline: boolean;
  readonly #sessions: Session[] = [];
  readonly #witnesses: Witness[] = [];

  constructor(above: string, command: string, mayDecline: boolean) {
    this.above = above;
    this.root = join(above, 'messages');
    this.#command = command;
    this.#mayDecline = mayDecline;
  }

  /** Publishes a task for `coder` (or what the fields say instead); it must be accepted. */
  async publish(fields: Fields = {}, prelude = ''): Promise<void> {
    this.#accept('publish', await this.publishing(fields, prelude));
  }

  /** Publishes; it must be refused, with words. */
  async publishRefused(fields: Fields, prelude = ''): Promise<void> {
    refuse('publish', await this.publishing(fields, prelude));
  }

  async publishing(fields: Fields, prelude = ''): Promise<Outcome> {
    const args = Object.entries({ ...TASK, ...fields }).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((item) => `${name}=${item}`),
    );
    return await call(this.#command, ['publish', this.root, ...args], prelude);
  }

  async register(...agents: readonly string[]): Promise<void> {
    this.#accept('register', await call(this.#command, ['register', this.root, ...agents]));
  }

  /** The registered agents, as the program lists them. */
  async agents(): Promise<unknown> {
    const outcome = await call(this.#command, ['agents', this.root]);
    this.#accept('agents', outcome);
    try {
      return JSON.parse(outcome.stdout);
    } catch {
      throw new Difference(`agents: it printed no JSON: ${outcome.stdout.slice(0, 200)}`);
    }
  }

  async registerRefused(agents: readonly string[], prelude = ''): Promise<void> {
    refuse('register', await call(this.#command, ['register', this.root, ...agents], prelude));
  }

  /** Opens a session for an agent. */
  open(agent = 'coder', lease_ms = 30_000): Consumer {
    const session = new Session(this.#command, ['consume', this.root, agent, String(lease_ms)]);
    this.#sessions.push(session);
    return new Consumer(session);
  }

  /** Looks on while directories change; they are made if they are missing. */
  watch(...directories: readonly string[]): Witness {
    plant(this.root, Object.fromEntries(directories.map((directory) => [`${directory}/`, ''])));
    const witness = new Witness(this.root, directories);
    this.#witnesses.push(witness);
    return witness;
  }

  plant(tree: Tree): void {
    plant(this.root, tree);
  }

  rename(from: string, to: string): void {
    renameSync(join(this.root, from), join(this.root, to));
  }

  setTime(path: string, time_s: number): void {
    setTime(this.root, path, time_s);
  }

  setMode(path: string, mode: number): void {
    chmodSync(join(this.root, path), mode);
  }

  survey(): Map<string, Buffer> {
    return survey(this.root);
  }

  /** Compares the directory now. */
  expect(expected: Expectation): void {
    const lines = differences(this.root, expected);
    if (lines.length > 0) throw new Difference(lines.join('\n'));
  }

  /** Ends what is still running. */
  async close(): Promise<void> {
    for (const witness of this.#witnesses) witness.close();
    await Promise.all(this.#sessions.map((session) => session.kill()));
  }

  #accept(command: string, { code, stderr }: Outcome): void {
    if (code === 0) return;
    const said = `${command}: it exited with ${code}: ${stderr.trim().slice(-500)}`;
    throw this.#mayDecline ? new Declined(said) : new Difference(said);
  }
}

const TASK: Fields = {
  message_type: 'task_assignment',
  message_id: 'm-1',
  workflow_id: 'w-1',
  task_id: 't-1',
  agent_id: 'lead',
  assigned_to: 'coder',
};

function refuse(command: string, { code, stderr }: Outcome): void {
  if (code === 0) throw new Difference(`${command}: it should have refused, and exited with 0`);
  if (stderr.trim() === '')
    throw new Difference(`${command}: it refused without a word on its standard error`);
}
