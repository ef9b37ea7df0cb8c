import type { Operation, OperationName, Subject } from './operation.ts';
import { openFileQueue } from './subjects/file-queue.ts';
import { openLiteque } from './subjects/liteque.ts';
import { openNodeCalls } from './subjects/node-calls.ts';
import { openPlainjob } from './subjects/plainjob.ts';
import { openPlatformatic } from './subjects/platformatic.ts';
import { openQueueSubject } from './subjects/queue.ts';
import { openProtocolCalls } from './subjects/protocol-calls.ts';
import { openSqliteTable } from './subjects/sqlite.ts';
import { NODE_CALLS, PROTOCOL_CALLS, QUEUE } from './subjects.ts';

const openers: Readonly<Record<string, (directory: string) => Promise<Subject> | Subject>> = {
  [QUEUE]: (directory) => openQueueSubject(directory),
  [NODE_CALLS]: openNodeCalls,
  [PROTOCOL_CALLS]: openProtocolCalls,
  plainjob: (directory) => openPlainjob(directory, 'default'),
  'plainjob, synchronous=FULL': (directory) => openPlainjob(directory, 'full'),
  'a table in SQLite': (directory) => openSqliteTable(directory, 'default'),
  'a table in SQLite, FULL': (directory) => openSqliteTable(directory, 'full'),
  liteque: openLiteque,
  'file-queue': openFileQueue,
  'platformatic, files': openPlatformatic,
};

/** Opens a subject that is written in JavaScript, by its name, in a directory of its own. */
export async function openSubject(name: string, directory: string): Promise<Subject> {
  const open = openers[name];
  if (open === undefined) throw new Error(`There is no subject ${JSON.stringify(name)} to open.`);
  return await open(directory);
}

/** What one subject is to do, and where. */
export interface ContestantSettings {
  readonly subject: string;
  readonly operation: OperationName;
  readonly directory: string;
}

/** Opens a subject for one of its operations. */
export async function openOperation({
  subject,
  operation,
  directory,
}: ContestantSettings): Promise<Operation> {
  const { operations } = await openSubject(subject, directory);
  const chosen = operations[operation];
  if (chosen === undefined) throw new Error(`${subject} has no ${operation}.`);
  return chosen;
}
