import { adoptionTarget } from './targets/adoption.ts';
import { archivePathTarget } from './targets/archive-path.ts';
import { deadLetterReasonTarget } from './targets/dead-letter-reason.ts';
import { fileNameTarget } from './targets/file-name.ts';
import { listingTarget } from './targets/listing.ts';
import { messageInputTarget } from './targets/message-input.ts';
import { messageTarget } from './targets/message.ts';
import { mutexTokenTarget } from './targets/mutex-token.ts';
import { operationFilesTarget } from './targets/operation-files.ts';
import { ownerRecordTarget } from './targets/owner-record.ts';
import { recordFilesTarget } from './targets/record-files.ts';
import { segmentTarget } from './targets/segment.ts';
import { shownTextTarget } from './targets/shown-text.ts';
import { archiveTarget } from './disk/archive-target.ts';
import { commandTarget } from './disk/command-target.ts';
import { junkTarget } from './disk/junk-target.ts';
import { specialFilesTarget } from './disk/special-files-target.ts';
import { operatorTarget, treeTarget } from './disk/tree-target.ts';
import type { Target } from './target.ts';

/** Everything that is fuzzed in memory, at full speed. */
export const MEMORY_TARGETS: readonly Target[] = [
  messageTarget(),
  deadLetterReasonTarget,
  ownerRecordTarget,
  mutexTokenTarget,
  fileNameTarget(),
  segmentTarget(),
  recordFilesTarget,
  operationFilesTarget(),
  adoptionTarget,
  archivePathTarget(),
  messageInputTarget,
  listingTarget,
  shownTextTarget(),
];

/** Everything that is fuzzed in a real directory. */
export function diskTargets(junk: number): readonly Target[] {
  return [
    treeTarget(),
    operatorTarget(),
    commandTarget,
    archiveTarget,
    specialFilesTarget(),
    junkTarget(junk),
  ];
}
