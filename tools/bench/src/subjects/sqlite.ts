import { join } from 'node:path';
import { BATCH, type Operation, type Subject } from '../operation.ts';
import { requirePeer } from '../peer-modules.ts';
import { sampleText } from '../workload.ts';

/** What is used of better-sqlite3. */
export interface Database {
  pragma(text: string): unknown;
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: unknown[]): unknown; get(...values: unknown[]): unknown };
  transaction<T extends unknown[]>(call: (...values: T) => void): (...values: T) => void;
  close(): void;
}
type DatabaseClass = new (path: string) => Database;

/** How well SQLite keeps what it has acknowledged. */
export type Synchronous = 'default' | 'full';

/** Opens better-sqlite3's database in WAL mode, which is how its users run it. */
export function openDatabase(directory: string, synchronous: Synchronous): Database {
  const Class = requirePeer('sqlite', 'better-sqlite3') as DatabaseClass;
  const database = new Class(join(directory, 'queue.db'));
  database.pragma('journal_mode = WAL');
  // better-sqlite3 is compiled with SQLITE_DEFAULT_WAL_SYNCHRONOUS=1, NORMAL: not flushed with each commit.
  if (synchronous === 'full') database.pragma('synchronous = FULL');
  return database;
}

/** The least that a queue in SQLite does: one table, a row in, a row leased, a row done. */
export function openSqliteTable(directory: string, synchronous: Synchronous): Subject {
  const database = openDatabase(directory, synchronous);
  database.exec(
    'CREATE TABLE messages (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, body TEXT NOT NULL);' +
      'CREATE INDEX ready ON messages (state, id);',
  );
  const text = sampleText();
  const insert = database.prepare('INSERT INTO messages (state, body) VALUES (0, ?)');
  const lease = database.prepare(
    'UPDATE messages SET state = 1 WHERE id = (SELECT id FROM messages WHERE state = 0 ORDER BY id LIMIT 1) RETURNING id, body',
  );
  const finish = database.prepare('UPDATE messages SET state = 2 WHERE id = ?');
  const insertMany = database.transaction((count: number) => {
    for (let done = 0; done < count; done += 1) insert.run(text);
  });
  const receive: Operation = {
    fill: (count) => Promise.resolve(insertMany(count)),
    run(count) {
      for (let done = 0; done < count; done += 1) {
        const { id, body } = lease.get() as { id: number; body: string };
        JSON.parse(body);
        finish.run(id);
      }
    },
  };
  const send: Operation = {
    run(count) {
      for (let done = 0; done < count; done += 1) insert.run(text);
    },
  };
  const inBatches: Operation = {
    run(count) {
      for (let done = 0; done < count; done += BATCH) insertMany(Math.min(BATCH, count - done));
    },
  };
  return {
    operations:
      synchronous === 'full'
        ? { send_durable: send, send_concurrently: inBatches, receive }
        : { send, send_many: inBatches, receive },
    close: () => database.close(),
  };
}
