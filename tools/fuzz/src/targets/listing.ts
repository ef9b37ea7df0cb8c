import { sweepTemporary } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { adopt } from '../../../../packages/queue/src/file-store/adopt.ts';
import { agentsWith } from '../../../../packages/queue/src/file-store/agents.ts';
import { listEntries } from '../../../../packages/queue/src/file-store/entries.ts';
import { parseReady } from '../../../../packages/queue/src/file-store/names.ts';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { FUZZED_ROOT, hostileFileSystem } from '../hostile-file-system.ts';
import { tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { drawnMessages } from '../structured.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';
import { validNames, validSegments } from '../valid-names.ts';

const box = { kind: 'inbox', agentId: 'coder' } as const;
const KINDS = ['file', 'directory', 'link', 'other'] as const;

/** Names in directories, given as a listing has them: boxes, ledger, agents and temporary files. */
export const listingTarget: Target = {
  name: 'listing',
  about: 'listings of boxes, ledger, agents and tmp, and adopting what is found',
  kind: 'memory',
  share: 3,
  material: (seed) => ({
    seeds: [...validNames(seed), ...validSegments(seed).slice(0, 40), ...drawnMessages(seed).slice(0, 8)],
  }),
  async run(input) {
    // The first line is the name, the rest the content: mutants of messages become contents.
    const end = input.indexOf(10);
    const name = new TextDecoder().decode(end < 0 ? input : input.subarray(0, end));
    const content = end < 0 ? input : input.subarray(end + 1);
    if (name.includes('/') || name.includes('\u0000') || name === '') return; // No system has such a name.
    const kind = KINDS[input.byteLength % 8] ?? 'file';
    const disk = fuzzedDisk({ content, names: [name], kind });
    for (const state of ['ready', 'leased', 'dead', 'processed'] as const) {
      for await (const batch of listEntries(disk, { state, box })) {
        if (batch.length > 0 && kind !== 'file' && state !== 'processed')
          throw new Violation('not a file', `${kind} ${JSON.stringify(name)} is listed as ${state}`);
        if (batch.length > 0 && seldom(input, 10))
          render.deadLetters(batch.map((entry) => ({ entry, location: entry.entryId, reason: null })));
      }
    }
    const adopted = await tolerating('adopt', () => adopt(disk, box, name));
    if (adopted !== undefined && parseReady(adopted.fileName) === null)
      throw new Violation('name', `adopted as ${adopted.fileName}, which is not understood again`);
    await agentsWith(disk, 'outbox', rethrow);
    const temporary = { directory: `${FUZZED_ROOT}/tmp`, clock: new ManualClock(), olderThan_ms: 0 };
    await tolerating('sweep', () =>
      sweepTemporary({ ...temporary, fileSystem: hostileFileSystem({ names: [name], kind }) }),
    );
  },
};

function rethrow(error: unknown): never {
  throw error;
}
