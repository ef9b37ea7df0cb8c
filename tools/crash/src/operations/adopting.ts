import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serializeMessage } from '@tapps-agents/contracts';
import type { Operation, Site } from '../operation.ts';
import { violate, type Outcome } from '../outcome.ts';
import { task, withQueue } from './messages.ts';

const WORDS = 'The agent said no, for good.';

type Part = Pick<Operation, 'name' | 'summary'> & {
  /** Puts there what the Python writer left. */
  readonly left: (site: Site) => void;
  /** What must have come of it. */
  readonly check: (outcome: Outcome) => void;
  /** What is sent again afterwards. */
  readonly again?: readonly string[];
};

/**
 * The directory of the Python writer is taken over in place: docs/migrating.md. One operation for each kind of what it left:
 * of several kinds at a time the calls come in no fixed order.
 */
export const adopting: readonly Operation[] = [
  adoption({
    name: 'adopt-dead-letters',
    summary: 'doctor --fix: dlq/*.json and *.reason.txt of the Python writer',
    left(site) {
      const stem = 'dlq/20260101T000000_000Z_dead1_task_assignment.0f0f';
      message(site, `${stem}.json`, 'dead1');
      put(site.root, `${stem}.reason.txt`, WORDS);
      message(site, 'dlq/without-words.json', 'dead2');
      put(site.root, 'dlq/replayed-long-ago.1a1a.reason.txt', WORDS);
    },
    check(outcome) {
      const { atRest } = outcome;
      for (const id of ['dead1', 'dead2']) {
        if (!atRest.some((file) => file.kind === 'dead' && file.id === id))
          violate(outcome, 'not a dead letter', id);
      }
      if (!atRest.some(({ kind, text }) => kind === 'reason' && text.includes(WORDS)))
        violate(outcome, 'words lost', 'no reason has them');
      const kept = atRest.filter(({ kind, text }) => kind === 'kept' && text === WORDS);
      if (kept.length !== 2) violate(outcome, 'words lost', `${kept.length} files of 2 are kept`);
    },
  }),
  adoption({
    name: 'adopt-ledger',
    summary: 'doctor --fix: processed/<agent>.jsonl of the Python writer',
    left: (site) => put(site.root, 'processed/coder.jsonl', 'finished1\nfinished2\n'),
    again: ['finished1', 'finished2'],
    check(outcome) {
      for (const id of ['finished1', 'finished2']) {
        const isDropped = outcome.atRest.some((file) => file.kind === 'duplicate' && file.id === id);
        if (!isDropped || outcome.handled.some((handling) => handling.id === id))
          violate(outcome, 'handled again', id);
      }
    },
  }),
  adoption({
    name: 'adopt-messages',
    summary: 'doctor --fix: what the Python writer took and did not finish',
    left(site) {
      message(site, 'locks/coder/20260101T000000_000Z_taken_task_assignment.json', 'taken');
      message(site, 'inbox/coder/20260101T000000_000Z_waits_task_assignment.json', 'waits');
    },
    check(outcome) {
      for (const id of ['taken', 'waits']) {
        if (!outcome.handled.some((handling) => handling.id === id)) violate(outcome, 'not handled', id);
      }
    },
  }),
];

function adoption({ name, summary, left, check, again = [] }: Part): Operation {
  return {
    name,
    summary,
    async arrange(site) {
      await withQueue(site, async () => {});
      left(site);
    },
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.operations.diagnose({ mend: true });
    },
    async tryAgain(queue) {
      await queue.operations.diagnose({ mend: true });
      await queue.sendMany(again.map((id) => task(id)));
    },
    check(outcome) {
      for (const { path, kind } of outcome.atRest) {
        if (kind === 'earlier' || (kind === 'kept' && !path.startsWith('adopted/')))
          violate(outcome, 'not adopted', path);
      }
      check(outcome);
    },
  };
}

/** A message as the Python writer leaves it, which must not be lost. */
function message(site: Site, path: string, id: string): void {
  put(site.root, path, serializeMessage(site.know(task(id))));
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
