import type { MessageReport } from '@tapps-agents/queue';
import { sampleEntry } from './sample-entry.ts';

/** What is told of a message of which there is hardly anything to tell, but for `changes`. */
export function sampleReport(changes: Partial<MessageReport> = {}): MessageReport {
  return {
    entry: sampleEntry('ready'),
    location: 'x',
    message: null,
    raw: '',
    holder: null,
    reason: null,
    failures: [],
    deaths: [],
    operations: { marks: [], isComplete: true },
    origin: null,
    handBacks: [],
    movedAt_ms: null,
    ...changes,
  };
}
