import type { OperationName } from './operation.ts';
import type { PeerGroup } from './peer-modules.ts';

/** What a subject is to the others: ours, a floor of bare calls, or a peer that one would take instead. */
export type Standing = 'ours' | 'floor' | 'peer';

/** A subject, as the program that compares them knows it. */
export interface SubjectFacts {
  readonly name: string;
  readonly standing: Standing;
  readonly operations: readonly OperationName[];
  /** Where its package is; none for what needs no package. */
  readonly group?: PeerGroup;
  /** It flushes what it acknowledges, so it stands beside the durable rows. */
  readonly durable?: boolean;
}

const all: readonly OperationName[] = [
  'send',
  'send_many',
  'send_durable',
  'send_concurrently',
  'receive',
  'work',
];

/** What floors are called in ratios. */
export const NODE_CALLS = 'node calls';
export const QUEUE = 'this queue';
export const C_CALLS = 'C';
/** A bare rendering of the protocol: the floor, and what it asks for beyond that. */
export const PROTOCOL_CALLS = 'protocol calls';
export const DIRQ = 'python3-dirq';

/** Everything that is measured, in the order of the table. */
export const subjects: readonly SubjectFacts[] = [
  { name: QUEUE, standing: 'ours', operations: all, durable: true },
  { name: NODE_CALLS, standing: 'floor', operations: all },
  { name: C_CALLS, standing: 'floor', operations: all },
  {
    name: PROTOCOL_CALLS,
    standing: 'floor',
    operations: all,
  },
  {
    name: 'plainjob',
    standing: 'peer',
    operations: ['send', 'send_many', 'receive', 'work'],
    group: 'sqlite',
  },
  {
    name: 'plainjob, synchronous=FULL',
    standing: 'peer',
    operations: ['send_durable', 'send_concurrently', 'receive'],
    group: 'sqlite',
    durable: true,
  },
  {
    name: 'a table in SQLite',
    standing: 'floor',
    operations: ['send', 'send_many', 'receive'],
    group: 'sqlite',
  },
  {
    name: 'a table in SQLite, FULL',
    standing: 'floor',
    operations: ['send_durable', 'send_concurrently', 'receive'],
    group: 'sqlite',
    durable: true,
  },
  { name: 'liteque', standing: 'peer', operations: ['send', 'send_many', 'receive'], group: 'liteque' },
  { name: 'file-queue', standing: 'peer', operations: ['send', 'send_many', 'receive'], group: 'files' },
  {
    name: 'platformatic, files',
    standing: 'peer',
    operations: ['send', 'send_many', 'receive', 'work'],
    group: 'files',
  },
  { name: DIRQ, standing: 'peer', operations: ['send', 'receive'] },
];
