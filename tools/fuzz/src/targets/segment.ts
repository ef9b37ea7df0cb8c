import {
  decodeSegment,
  encodeSegment,
  isShortened,
  SEGMENT_LIMITS,
  shortenedBeginsWith,
  type SegmentKind,
} from '../../../../packages/queue/src/file-store/segment.ts';
import { Layout } from '../../../../packages/queue/src/file-store/layout.ts';
import { FUZZED_ROOT, isBelow } from '../hostile-file-system.ts';
import { Violation, type Target } from '../target.ts';
import { validSegments } from '../valid-names.ts';

const KINDS = Object.keys(SEGMENT_LIMITS) as SegmentKind[];
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;
/** Longer than any id of the contract, which has 512 characters. */
const MOST_BYTES = 3_000;

/** What makes a path's segment of an id. */
export type EncodeSegment = typeof encodeSegment;

/** Ids as segments of paths and back, and every path that the layout makes of them. */
export function segmentTarget(encode: EncodeSegment = encodeSegment): Target {
  return {
    name: 'segment',
    about: 'ids as segments of paths, segments as ids, and all paths of the layout',
    kind: 'memory',
    share: 8,
    material: (seed) => ({ seeds: validSegments(seed) }),
    run(input) {
      const bytes = input.subarray(0, MOST_BYTES);
      const wellFormed = new TextDecoder().decode(bytes);
      // As UTF-16 the same bytes have lone surrogates, which JSON can carry.
      const text = input.byteLength % 3 === 0 ? Buffer.from(bytes).toString('utf16le') : wellFormed;
      for (const kind of KINDS) examineDirectoryName(text, kind);
      if (text === '') return;
      for (const kind of KINDS) examineSegment(encode(text, kind), kind);
      for (const path of pathsFor(text))
        if (!isBelow(path, FUZZED_ROOT)) throw new Violation('path left its root', JSON.stringify(path));
    },
  };
}

/** A name that somebody gave to a directory: what it decodes to is an id of the contract, and encodes to it again. */
function examineDirectoryName(name: string, kind: SegmentKind): void {
  const id = decodeSegment(name, kind);
  shortenedBeginsWith(name, name.slice(0, 3), kind);
  if (id === null) return;
  if (encodeSegment(id, kind) !== name)
    throw new Violation('segment', `${name} is not what ${id} encodes to`);
  if (/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(id))
    throw new Violation('no id', `${name} decodes to ${JSON.stringify(id)}`);
}

function examineSegment(segment: string, kind: SegmentKind): void {
  const isSafe =
    /^[a-z0-9._%-]+$/.test(segment) &&
    !/^[.-]|\.$/.test(segment) &&
    !RESERVED.test(segment) &&
    segment.length <= SEGMENT_LIMITS[kind];
  if (!isSafe) throw new Violation('segment', `not a name for every file system: ${JSON.stringify(segment)}`);
  isShortened(segment);
}

function pathsFor(id: string): string[] {
  const layout = new Layout(FUZZED_ROOT); // It remembers the first ten thousand, and memory is to be flat before that.
  const box = { kind: 'outbox', agentId: id } as const;
  return [
    layout.box(box),
    layout.leases(box),
    layout.dead(box),
    layout.processedTask(box, id, id),
    layout.journal(box, id),
    layout.pause(id),
    layout.agentRecord(box),
    layout.processedById(box),
  ];
}
