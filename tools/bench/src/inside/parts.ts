/**
 * What the processor is busy with, and the sources that belong to it: a file, a folder (a slash at the end) or a function of a file
 * (after a `#`), from the repository's root. The first that fits counts. What a function of node's or of the language does belongs
 * to the source that called it.
 */
export const parts: readonly { readonly name: string; readonly sources: readonly string[] }[] = [
  {
    name: 'validating, parsing, writing as text',
    sources: ['packages/contracts/src/', 'node_modules/'],
  },
  {
    name: 'ledger',
    sources: [
      'packages/queue/src/file-store/admission.ts#recordedPath',
      'packages/queue/src/file-store/admission.ts#whereThere',
      'packages/queue/src/file-store/admission.ts#ledgerPath',
      'packages/queue/src/file-store/admission.ts#ledgerPathById',
    ],
  },
  {
    name: 'admission',
    sources: [
      'packages/queue/src/file-store/admission.ts',
      'packages/queue/src/file-store/leased-names.ts',
      'packages/queue/src/delivery/examination.ts',
      'packages/queue/src/contention.ts',
    ],
  },
  {
    name: 'names and entry',
    sources: [
      'packages/queue/src/file-store/names.ts',
      'packages/queue/src/file-store/nonce.ts',
      'packages/queue/src/file-store/stamp.ts',
      'packages/queue/src/file-store/entry.ts',
      'packages/queue/src/file-store/segment.ts',
      'packages/queue/src/file-store/layout.ts',
      'packages/queue/src/file-store/seen-directories.ts',
      'packages/queue/src/stored-message.ts',
      'packages/queue/src/identity.ts',
    ],
  },
  {
    name: 'listing',
    sources: [
      'packages/queue/src/file-store/backlog.ts',
      'packages/queue/src/file-store/box-reader.ts',
      'packages/queue/src/file-store/listing-pace.ts',
      'packages/queue/src/file-store/first-names.ts',
      'packages/queue/src/file-store/least-names.ts',
      'packages/queue/src/file-store/taken-names.ts',
      'packages/queue/src/file-store/idle-check.ts',
      'packages/queue/src/file-store/entries.ts',
      'packages/queue/src/file-store/throughput.ts',
      'packages/fs-atomic/src/node-listing.ts',
      'packages/fs-atomic/src/seen-names.ts',
    ],
  },
  {
    name: 'claim',
    sources: [
      'packages/queue/src/claim.ts',
      'packages/queue/src/file-store/lease-taker.ts',
      'packages/queue/src/file-store/lease.ts',
      'packages/queue/src/file-store/sessions.ts',
      'packages/queue/src/file-store/rivals.ts',
      'packages/queue/src/file-store/losses.ts',
      'packages/queue/src/file-store/living-holders.ts',
      'packages/queue/src/file-store/adopt.ts',
      'packages/queue/src/file-store/failing-names.ts',
      'packages/fs-atomic/src/owner-session.ts',
    ],
  },
  {
    name: 'reading the content',
    sources: ['packages/queue/src/file-store/content.ts', 'packages/queue/src/file-store/patient-reader.ts'],
  },
  {
    name: 'acknowledging',
    sources: [
      'packages/queue/src/file-store/settle.ts',
      'packages/queue/src/file-store/in-doubt.ts',
      'packages/queue/src/delivery/settled-once.ts',
      'packages/queue/src/delivery/completing.ts',
      'packages/queue/src/delivery/held-delivery.ts',
      'packages/queue/src/delivery/ended-delivery.ts',
    ],
  },
  {
    name: 'delivery and handler',
    sources: [
      'packages/queue/src/delivery/',
      'packages/queue/src/crowd.ts',
      'packages/queue/src/events.ts',
      'packages/queue/src/handler.ts',
      'packages/queue/src/breather.ts',
    ],
  },
  {
    name: 'consuming: receive and work',
    sources: ['packages/queue/src/consuming/'],
  },
  {
    name: 'sending',
    sources: [
      'packages/queue/src/sending/',
      'packages/queue/src/file-store/publishing.ts',
      'packages/queue/src/file-store/group-commit.ts',
      'packages/queue/src/file-store/agents.ts',
    ],
  },
  {
    name: 'publishing a file',
    sources: [
      'packages/fs-atomic/src/publish.ts',
      'packages/fs-atomic/src/publish-options.ts',
      'packages/fs-atomic/src/place-each.ts',
      'packages/fs-atomic/src/placement.ts',
      'packages/fs-atomic/src/staging.ts',
      'packages/fs-atomic/src/durability.ts',
      'packages/fs-atomic/src/directory-sync.ts',
      'packages/fs-atomic/src/node-flushing.ts',
      'packages/fs-atomic/src/file-options.ts',
      'packages/fs-atomic/src/once-for-frozen.ts',
    ],
  },
  {
    name: 'moving a file',
    sources: ['packages/fs-atomic/src/move.ts'],
  },
  {
    name: 'layers over the file system',
    sources: [
      'packages/queue/src/file-store/guarded-file-system.ts',
      'packages/queue/src/file-store/disk.ts',
      'packages/queue/src/file-store/faults.ts',
      'packages/queue/src/file-store/file-store.ts',
      'packages/fs-atomic/src/node-file-system.ts',
      'packages/fs-atomic/src/node-creating.ts',
      'packages/fs-atomic/src/node-status.ts',
      'packages/fs-atomic/src/graceful.ts',
      'packages/fs-atomic/src/existence.ts',
      'packages/fs-atomic/src/awaitable.ts',
      'packages/fs-atomic/src/system-error.ts',
      'packages/fs-atomic/src/umask.ts',
      'packages/fs-atomic/src/busy.ts',
    ],
  },
  {
    name: 'clock and waiting',
    sources: [
      'packages/fs-atomic/src/system-clock.ts',
      'packages/fs-atomic/src/clock.ts',
      'packages/fs-atomic/src/wait.ts',
      'packages/queue/src/deadlines.ts',
    ],
  },
  {
    name: 'the bench itself',
    sources: ['tools/bench/src/'],
  },
];

/** For what is in no source. */
export const COLLECTING = 'collecting garbage';
export const PROGRAM = 'program: outside of any function';
export const NODE = 'node: promises, timers, events';
export const AROUND_CALLS = 'node:fs around the system calls';
/** For sources that no part names. */
export const ALL_ELSE = 'all else';

/** node's names for the system calls that it makes for node:fs, in its functions without a source. */
const systemCalls = new Set([
  'access',
  'close',
  'existsSync',
  'fchmod',
  'fdatasync',
  'fstat',
  'fsync',
  'ftruncate',
  'futimes',
  'internalModuleStat',
  'link',
  'lstat',
  'lutimes',
  'mkdir',
  'open',
  'read',
  'readdir',
  'readFileUtf8',
  'rename',
  'rmdir',
  'stat',
  'statfs',
  'unlink',
  'utimes',
  'writeBuffer',
  'writeString',
]);

/** The part that a function of a source belongs to. */
export function partOfSource(file: string, functionName: string): string {
  return (
    parts.find(({ sources }) => sources.some((source) => isIn(source, file, functionName)))?.name ?? ALL_ELSE
  );
}

function isIn(source: string, file: string, functionName: string): boolean {
  if (source.endsWith('/')) return file.startsWith(source);
  return source === file || source === `${file}#${functionName}`;
}

/** The part that a function of node's without a source is, where it is a system call; else null. */
export function partOfCall(name: string): string | null {
  return systemCalls.has(name) ? `system call: ${name}` : null;
}
