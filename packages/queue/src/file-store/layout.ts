import { join, sep } from 'node:path';
import type { Box, BoxKind } from '../stored-message.ts';
import { ANY_SEGMENT, encodeSegment } from './segment.ts';

/** The version of the layout that this code reads and writes. */
export const LAYOUT_VERSION = 1;

/** So many boxes' directories are remembered. */
const MAX_KNOWN = 10_000;

interface BoxDirectories {
  readonly ready: string;
  readonly leases: string;
  readonly processed: string;
  readonly processedById: string;
}

/** The one place that knows every path. All of them lie below `root`. */
export class Layout {
  readonly root: string;
  readonly temporary: string;
  /** The directories of boxes that were asked for, by kind and agent: each message goes through all of them. */
  readonly #known: Readonly<Record<BoxKind, Map<string, BoxDirectories>>> = {
    inbox: new Map(),
    outbox: new Map(),
  };

  /** A message's is asked for several times in a row, and often that of its task's next one. */
  #lastTask = { processed: '', workflowId: '', taskId: '', directory: '' };

  constructor(root: string) {
    this.root = root;
    this.temporary = join(root, 'tmp');
  }

  #of({ kind, agentId }: Box): BoxDirectories {
    const known = this.#known[kind];
    let directories = known.get(agentId);
    if (directories === undefined) {
      const segment = encodeSegment(agentId, 'agent');
      const processed = join(this.root, 'processed', kind, segment);
      directories = {
        ready: join(this.root, kind, segment),
        leases: join(this.root, 'locks', kind, segment),
        processed,
        processedById: join(processed, ANY_SEGMENT, ANY_SEGMENT),
      };
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(agentId, directories);
    }
    return directories;
  }

  /** What every messages directory has from the start. */
  get skeleton(): readonly string[] {
    return [
      ...['inbox', 'outbox', 'locks', 'dlq', 'processed', 'journal', 'tmp'].map((name) =>
        join(this.root, name),
      ),
      this.owners,
      this.endedOwners,
      this.pauses,
    ];
  }

  get version(): string {
    return join(this.root, 'layout.json');
  }

  get gitignore(): string {
    return join(this.root, '.gitignore');
  }

  /** Sessions: one record for each process that consumes. */
  get owners(): string {
    return join(this.root, 'locks', 'owners');
  }

  /** The record of one session. */
  owner(owner: string): string {
    return join(this.owners, `${owner}.json`);
  }

  /** Records of sessions that others ended. */
  get endedOwners(): string {
    return join(this.root, 'locks', 'ended');
  }

  get pauses(): string {
    return join(this.root, 'locks', 'paused');
  }

  /** The switch for one agent or, with null, for all. */
  pause(agentId: string | null): string {
    return join(this.pauses, agentId === null ? 'all.json' : `agent~${encodeSegment(agentId, 'agent')}.json`);
  }

  mutex(name: string): string {
    return join(this.root, 'locks', 'mutexes', name);
  }

  /** Where ready messages lie: `inbox/<agent>` or `outbox/<agent>`. */
  box(box: Box): string {
    return this.#of(box).ready;
  }

  boxes(kind: BoxKind): string {
    return join(this.root, kind);
  }

  /** The agent's full name, kept where its directory's name had to be shortened. */
  agentRecord(box: Box): string {
    return join(this.box(box), '.agent.json');
  }

  leases(box: Box): string {
    return this.#of(box).leases;
  }

  leaseBoxes(kind: BoxKind): string {
    return join(this.root, 'locks', kind);
  }

  dead(box: Box): string {
    return join(this.root, 'dlq', box.kind, encodeSegment(box.agentId, 'agent'));
  }

  deadBoxes(kind: BoxKind): string {
    return join(this.root, 'dlq', kind);
  }

  processed(box: Box): string {
    return this.#of(box).processed;
  }

  processedBoxes(kind: BoxKind): string {
    return join(this.root, 'processed', kind);
  }

  /** The same string for one message of a task after another: who keeps such a string finds it by a look. */
  processedTask(box: Box, workflowId: string, taskId: string): string {
    const processed = this.processed(box);
    const last = this.#lastTask;
    if (last.processed === processed && last.workflowId === workflowId && last.taskId === taskId)
      return last.directory;
    const directory = `${processed}${sep}${encodeSegment(workflowId, 'workflow')}${sep}${encodeSegment(taskId, 'task')}`;
    this.#lastTask = { processed, workflowId, taskId, directory };
    return directory;
  }

  /** The ledger entries of which only the message id is known: an earlier writer's records have no more. No id is encoded so. */
  processedById(box: Box): string {
    return this.#of(box).processedById;
  }

  /** What an earlier writer left and nobody needs any more, kept as it was, one directory for each time that it was adopted. */
  get adopted(): string {
    return join(this.root, 'adopted');
  }

  /** What operators did: a directory for each operation. */
  get operations(): string {
    return join(this.root, 'operations');
  }

  operation(id: string): string {
    return join(this.operations, id);
  }

  operationRecord(id: string): string {
    return join(this.operation(id), 'record.json');
  }

  operationPart(id: string, part: number): string {
    return join(this.operation(id), `set~${part}.ndjson`);
  }

  journals(): string {
    return join(this.root, 'journal');
  }

  journalsOf(box: Box): string {
    return join(this.journals(), box.kind, encodeSegment(box.agentId, 'agent'));
  }

  journal(box: Box, messageId: string): string {
    return join(this.journalsOf(box), encodeSegment(messageId, 'message'));
  }
}
