import { join } from 'node:path';
import type { Box, BoxKind } from '../stored-message.ts';
import { encodeSegment } from './segment.ts';

/** The version of the layout that this code reads and writes. */
export const LAYOUT_VERSION = 1;

/** The one place that knows every path. All of them lie below `root`. */
export class Layout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
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

  get temporary(): string {
    return join(this.root, 'tmp');
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
    return join(this.root, box.kind, encodeSegment(box.agentId, 'agent'));
  }

  boxes(kind: BoxKind): string {
    return join(this.root, kind);
  }

  /** The agent's full name, kept where its directory's name had to be shortened. */
  agentRecord(box: Box): string {
    return join(this.box(box), '.agent.json');
  }

  leases(box: Box): string {
    return join(this.root, 'locks', box.kind, encodeSegment(box.agentId, 'agent'));
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
    return join(this.root, 'processed', box.kind, encodeSegment(box.agentId, 'agent'));
  }

  processedBoxes(kind: BoxKind): string {
    return join(this.root, 'processed', kind);
  }

  processedTask(box: Box, workflowId: string, taskId: string): string {
    return join(this.processed(box), encodeSegment(workflowId, 'workflow'), encodeSegment(taskId, 'task'));
  }

  /** The ledger entries of which only the message id is known: an earlier writer's records have no more. No id is encoded so. */
  processedById(box: Box): string {
    return join(this.processed(box), 'any%h', 'any%h');
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
