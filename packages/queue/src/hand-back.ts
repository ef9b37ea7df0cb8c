import { hostname } from 'node:os';
import type { Claimed } from './claim.ts';
import type { Core } from './core.ts';
import type { HandBack } from './message-journal.ts';

/** What is written down of a delivery that goes back without blame. `readyAt_ms` null: at once. */
export function handBackOf(
  core: Core,
  { entry }: Claimed,
  kind: HandBack['kind'],
  readyAt_ms: number | null,
): HandBack {
  return {
    kind,
    delivery: entry.deliveries,
    at: new Date(core.clock.now()).toISOString(),
    ready_at: readyAt_ms === null ? null : new Date(readyAt_ms).toISOString(),
    agent_id: core.agent,
    owner: entry.owner,
    pid: process.pid,
    host: hostname(),
  };
}

/** What a record says, as far as it says it. @throws SyntaxError for what is none: anybody may have written the file */
export function parseHandBack(bytes: Uint8Array): HandBack {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const record = typeof value === 'object' && value !== null ? { ...value } : {};
  const field = (name: string): unknown => Reflect.get(record, name);
  const text = (name: string): string | null => {
    const found = field(name);
    return typeof found === 'string' ? found.slice(0, MOST_CHARACTERS) : null;
  };
  const [kind, at, delivery, pid] = [field('kind'), text('at'), field('delivery'), field('pid')];
  if ((kind !== 'snoozed' && kind !== 'returned') || at === null || Number.isNaN(Date.parse(at)))
    throw new SyntaxError('This is no record of a delivery that was handed back.');
  if (typeof delivery !== 'number' || !Number.isInteger(delivery) || delivery < 0 || delivery > 999)
    throw new SyntaxError('This is no record of a delivery that was handed back.');
  return {
    kind,
    delivery,
    at,
    ready_at: text('ready_at'),
    agent_id: text('agent_id'),
    owner: text('owner'),
    pid: typeof pid === 'number' && Number.isInteger(pid) ? pid : null,
    host: text('host'),
  };
}

/** Longer names of agents and hosts there are none. */
const MOST_CHARACTERS = 512;
