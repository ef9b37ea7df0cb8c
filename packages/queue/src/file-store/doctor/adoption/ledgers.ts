import { dirname, join } from 'node:path';
import { createExclusive } from '@tapps-agents/fs-atomic';
import { isAgentId } from '../../../agent-id.ts';
import type { Finding } from '../../../diagnosis.ts';
import { DEFAULT_PROCESSED_MAX_COUNT } from '../../../limits.ts';
import type { Box } from '../../../stored-message.ts';
import { ledgerPath, ledgerPathById } from '../../admission.ts';
import { agentsWith } from '../../agents.ts';
import { jsonBytes, writing } from '../../disk.ts';
import type { Round } from '../round.ts';
import { counted, Tally } from '../tally.ts';
import { earlierName } from './earlier-name.ts';
import { finishedLines, type FinishedLine } from './finished-lines.ts';
import { KeptFiles } from './kept-files.ts';

/** A larger record is left where it is: it would have to be in memory whole. */
const MAX_BYTES = 64 * 1024 * 1024;
const ENDING = '.jsonl';
/** A writer that is still at work appends; so often is read again what was added meanwhile. */
const MOST_READINGS = 5;

/**
 * The Python writer's records of finished messages, `processed/<agent>.jsonl`: one id a line. Each becomes a ledger entry, so
 * that a message that is sent again is not handled again; then the file is kept in `adopted/`.
 *
 * Entries are only ever added, under a name that is theirs; one that is there stays as it is. So a run that dies half-way, or
 * two at a time, do no harm: the next goes over the same lines again. Entries are durable before the file is moved.
 */
export async function adoptLedgers(round: Round): Promise<Finding[]> {
  const { layout } = round.disk;
  const found = new Tally();
  const kept = new KeptFiles(round);
  const processed = join(layout.root, 'processed');
  for await (const { name, kind } of round.list(processed)) {
    if (!isLedgerRecord(name) || kind !== 'file') continue;
    await adoptLedger(round, join(processed, name), found, kept);
  }
  return found.found({
    code: 'unadopted_ledgers',
    severity: 'warning',
    text: `${counted(found.count, 'line')} in records of the Python writer that say which messages are finished. Until they are adopted, such a message is handled again when it is sent again. Stop that writer first.`,
    mendable: true,
  });
}

/** Whether a name in `processed/` is that of such a record. */
export function isLedgerRecord(name: string): boolean {
  return name.endsWith(ENDING) && !name.startsWith('.') && isAgentId(name.slice(0, -ENDING.length));
}

async function adoptLedger(round: Round, path: string, found: Tally, kept: KeptFiles): Promise<void> {
  const place = round.placeOf(path);
  const read = async (): Promise<Uint8Array | null> =>
    await round.attempt(path, async () => await round.disk.fileSystem.read(path, MAX_BYTES));
  let bytes = await read();
  if (bytes === null) return;
  const { finished, unusable, left } = linesOf(bytes);
  const detail = [
    counted(finished.length, 'finished message'),
    ...(unusable.length > 0 ? [`no message in line ${listed(unusable)}`] : []),
    ...(left > 0 ? [`the ledger keeps no more than the last; ${left} before them are left out`] : []),
  ].join('; ');
  found.add(place, detail, null, Math.max(1, finished.length + unusable.length));
  if (!round.mend) return;
  const entries = new LedgerEntries(round, path);
  for (let reading = 1; ; reading += 1) {
    for (const line of linesOf(bytes).finished) if (!(await entries.add(line))) return;
    const again: Uint8Array | null = await read();
    if (again === null) return; // Somebody else adopted it.
    if (again.length === bytes.length) break;
    if (reading >= MOST_READINGS) return; // It is still growing: whoever writes it must be stopped.
    bytes = again;
  }
  if (!(await entries.flush())) return;
  if (!(await kept.keep(path))) return;
  found.mended(Math.max(finished.length, unusable.length > 0 ? 0 : 1));
  found.setAside(unusable.length);
}

interface Lines {
  readonly finished: readonly FinishedLine[];
  /** Numbers of lines that name no message. */
  readonly unusable: readonly number[];
  /** How many were left out, as the ledger keeps no more. */
  readonly left: number;
}

function linesOf(bytes: Uint8Array): Lines {
  const finished: FinishedLine[] = [];
  const unusable: number[] = [];
  for (const { number, finished: line } of finishedLines(bytes)) {
    if (line === null) unusable.push(number);
    else finished.push(line);
  }
  const left = Math.max(0, finished.length - DEFAULT_PROCESSED_MAX_COUNT);
  return { finished: finished.slice(left), unusable, left };
}

/** Ledger entries that are being made of one record. */
class LedgerEntries {
  readonly #round: Round;
  readonly #from: string;
  readonly #agent: string;
  readonly #directories = new Set<string>();
  #agents: readonly string[] | null = null;

  constructor(round: Round, path: string) {
    this.#round = round;
    this.#from = round.placeOf(path);
    this.#agent = this.#from.slice('processed/'.length, -ENDING.length);
  }

  /** Adds what a line says; false where that failed, which is then reported. */
  async add(line: FinishedLine): Promise<boolean> {
    const { disk } = this.#round;
    const { messageId, record, task } = line;
    const bytes = jsonBytes({ message_id: messageId, adopted_from: this.#from, record });
    for (const box of await this.#boxesOf(line)) {
      const path =
        task === null
          ? ledgerPathById(disk, box, messageId)
          : ledgerPath(disk, box, { messageId, ...task }, 0);
      await this.#round.breathe();
      const { temporaryDirectory: _unused, ...how } = writing(disk, 'none');
      const done = await this.#round.attempt(path, async () => await createExclusive(path, bytes, how));
      if (done === null) return false;
      this.#directories.add(dirname(path));
    }
    return true;
  }

  /** Makes the entries durable; their names are all that counts. */
  async flush(): Promise<boolean> {
    const { fileSystem, layout } = this.#round.disk;
    const parents = new Set<string>();
    for (const directory of this.#directories) {
      for (let path = directory; path.length > layout.root.length; path = dirname(path)) parents.add(path);
    }
    for (const path of parents) {
      await this.#round.breathe();
      const done = await this.#round.attempt(path, async () => await fileSystem.syncDirectory(path));
      if (done === null) return false;
    }
    return true;
  }

  /**
   * What an agent finished came from its inbox, unless the line says that it is no task: that came from an outbox. The file's
   * name is not reversible, so agents that would have it too are meant as well.
   */
  async #boxesOf({ messageType, agentId }: FinishedLine): Promise<readonly Box[]> {
    if (messageType !== null && messageType !== 'task_assignment' && agentId !== null)
      return [{ kind: 'outbox', agentId }];
    this.#agents ??= await this.#meant();
    return this.#agents.map((id) => ({ kind: 'inbox', agentId: id }));
  }

  async #meant(): Promise<readonly string[]> {
    const { disk } = this.#round;
    const known = await this.#round.attempt(disk.layout.boxes('inbox'), () =>
      agentsWith(disk, 'inbox', (error) => this.#round.report(error, disk.layout.boxes('inbox'))),
    );
    const namesakes = (known ?? [])
      .map(({ agentId }) => agentId)
      .filter((id) => id !== this.#agent && earlierName(id) === this.#agent);
    return [this.#agent, ...namesakes];
  }
}

/** The first few numbers, and that there are more. */
function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ` and ${numbers.length - 5} more` : ''}`;
}
