import type { Inode } from './inode.ts';
import type { Machine } from './machine.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What is known of a session's record. */
interface Session {
  readonly process: SimulatedProcess;
  /** When it was seen to change last by who looks at its time. */
  changed_ms: number;
  /** How long each process has seen it stand still, at most. */
  readonly stood_ms: Map<SimulatedProcess, number>;
}

const recordPath = /^(.*\/owners\/)([0-9a-v]{8})\.json$/;
const leasePath = /^(.*\/locks\/)(?:inbox|outbox)\/[^/]+\/[^/]+~([0-9a-v]{8})\.json$/;
const boxPath = /\/messages\/(?:inbox|outbox)\/[^/]+\/[^/]+$/;
/** The lease of a record that says none. */
const unknownLease_ms = 300_000;

/**
 * Sees to it that nobody takes over from the living: a session is ended by others when its process is dead, or by who has
 * seen its record stand still for the whole lease and the margin; and leases go back only once the session has ended. Those that
 * need no process (`detached`) are `DetachedDeliveries`' affair.
 */
export class Takeovers {
  readonly #machine: Machine;
  readonly #onWindows: boolean;
  readonly #violate: (rule: string, detail: string) => void;
  readonly #sessions = new Map<string, Session>();

  constructor(machine: Machine, onWindows: boolean, violate: (rule: string, detail: string) => void) {
    this.#machine = machine;
    this.#onWindows = onWindows;
    this.#violate = violate;
  }

  /** A process has made a file. */
  created(process: SimulatedProcess, path: string): void {
    if (!recordPath.test(path)) return;
    this.#sessions.set(path, { process, changed_ms: this.#machine.now_ms, stood_ms: new Map() });
  }

  /** The time of a file is another than it was. */
  changed(path: string): void {
    const session = this.#sessions.get(path);
    if (session !== undefined) session.changed_ms = this.#machine.now_ms;
  }

  /** A process has looked at a file. */
  looked(process: SimulatedProcess, path: string): void {
    const session = this.#sessions.get(path);
    if (session === undefined) return;
    const stood_ms = this.#machine.now_ms - session.changed_ms;
    session.stood_ms.set(process, Math.max(stood_ms, session.stood_ms.get(process) ?? 0));
  }

  /** A process is about to rename a file. */
  renaming(process: SimulatedProcess, from: string, to: string): void {
    if (to.includes('/ended/')) this.#checkEnding(process, from);
    else if (boxPath.test(to)) this.#checkReturn(process, from);
  }

  #checkEnding(process: SimulatedProcess, path: string): void {
    const session = this.#sessions.get(path);
    const record = this.#machine.disk.find(path);
    if (session === undefined || record === undefined || this.#needsNobody(session, path)) return;
    const { lease_ms = unknownLease_ms } = contentOf(record);
    const least_ms = lease_ms + Math.max(1_000, lease_ms / 4);
    const stood_ms = session.stood_ms.get(process) ?? 0;
    if (stood_ms >= least_ms) return;
    this.#violate(
      'taken over too early',
      `the session of ${session.process.name}, by ${process.name}, which has seen it stand still for ${Math.round(stood_ms)} ms of ${least_ms}`,
    );
  }

  #checkReturn(process: SimulatedProcess, lease: string): void {
    const [, locks, owner] = leasePath.exec(lease) ?? [];
    if (locks === undefined || owner === undefined) return;
    const path = `${locks}owners/${owner}.json`;
    const session = this.#sessions.get(path);
    if (session === undefined || session.process === process) return;
    const record = this.#machine.disk.find(path);
    if (record === undefined || contentOf(record).detached === true) return;
    this.#violate('not ended first', `${process.name} returns ${lease}, and the session stands`);
  }

  /** Its process is dead; or it has said so itself, on Windows, by letting go of its file; or it never had one. */
  #needsNobody({ process }: Session, path: string): boolean {
    const { disk } = this.#machine;
    if (process.state === 'dead') return true;
    const record = disk.find(path);
    if (record !== undefined && contentOf(record).detached === true) return true;
    const alive = disk.find(path.replace(/json$/, 'alive'));
    return this.#onWindows && alive?.heldExclusively !== true;
  }
}

/** What a record says; nothing where it is none, or a part of one. */
function contentOf({ data }: Inode): { readonly lease_ms?: number; readonly detached?: boolean } {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as { lease_ms?: number; detached?: boolean };
  } catch {
    return {};
  }
}
