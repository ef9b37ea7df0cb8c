import { entryFor, pathOf } from '../../../../packages/queue/src/file-store/entry.ts';
import {
  formatLeased,
  formatLedger,
  formatReady,
  formatReason,
  isForeignMessage,
  parseLeased,
  parseLedger,
  parseReady,
  parseReason,
  type Name,
} from '../../../../packages/queue/src/file-store/names.ts';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { FUZZED_ROOT, isBelow } from '../hostile-file-system.ts';
import { render } from '../rules/rendered.ts';
import { sampleReport } from '../sample-report.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';
import { validNames } from '../valid-names.ts';

const disk = fuzzedDisk({});
const box = { kind: 'inbox', agentId: 'coder' } as const;

/** What tells of a file's name whether it is a ready message's. */
export type ReadName = typeof parseReady;

/** Names of files: whatever is taken for ours goes on through every state, within the root, under names understood again. */
export function fileNameTarget(read: ReadName = parseReady): Target {
  return {
    name: 'file-name',
    about: 'ready, leased, dead, reason and ledger names',
    kind: 'memory',
    share: 10,
    material: (seed) => ({ seeds: validNames(seed) }),
    run(input) {
      const fileName = new TextDecoder().decode(input);
      const ready = read(fileName);
      const leased = parseLeased(fileName);
      if (ready !== null && leased !== null) throw new Violation('name', `ready and leased: ${fileName}`);
      const name = ready ?? leased?.name ?? null;
      if (name !== null) goesOn(name);
      examineLedger(fileName);
      parseReason(fileName);
      isForeignMessage(fileName);
      const { layout } = disk;
      const places = { ready: layout.box(box), leased: layout.leases(box), dead: layout.dead(box) };
      for (const state of ['ready', 'leased', 'dead'] as const) {
        const entry = entryFor(disk, state, box, places[state], fileName);
        if (entry === null) continue;
        if (!isBelow(pathOf(disk, entry), FUZZED_ROOT))
          throw new Violation('path left its root', entry.entryId);
        if (!seldom(input, 10)) continue;
        render.deadLetters([{ entry, location: pathOf(disk, entry), reason: null }]);
        render.message(sampleReport({ entry, location: pathOf(disk, entry) }));
      }
    },
  };
}

function goesOn(name: Name): void {
  const names = [
    name.id, // Of its journal.
    formatReady(name),
    formatLeased(name, 'abcd0123'),
    formatReason(formatReady(name)),
    formatLedger(name.id, name.run),
  ];
  for (const made of names) {
    if (/[/\\\u0000]/.test(made) || made.startsWith('.') || made.length > 255)
      throw new Violation('name', `not a name for every file system: ${JSON.stringify(made)}`);
  }
  const ready = parseReady(formatReady(name));
  if (ready === null || formatReady(ready) !== formatReady(name))
    throw new Violation('name', formatReady(name));
  const leased = parseLeased(formatLeased(name, 'abcd0123'));
  if (leased === null || formatReady(leased.name) !== formatReady(name))
    throw new Violation('name', formatLeased(name, 'abcd0123'));
}

function examineLedger(fileName: string): void {
  const ledger = parseLedger(fileName);
  if (ledger === null || ledger.duplicate) return;
  if (formatLedger(ledger.id, ledger.run) !== fileName) throw new Violation('name', fileName);
}
