import type { Entry, MessageState } from '@tapps-agents/queue';

/** An entry as a listing gives it, for what is shown beside it. */
export function sampleEntry(state: MessageState, changes: Partial<Entry> = {}): Entry {
  return {
    state,
    box: { kind: 'inbox', agentId: 'coder' },
    entryId: 'inbox/coder/x.json',
    owner: null,
    messageId: 'm-1',
    messageType: 'task_assignment',
    createdAt_ms: 1_765_708_503_123,
    priority: 'medium',
    readyAt_ms: null,
    expiresAt_ms: null,
    deliveries: 1,
    failures: 0,
    releases: 0,
    run: 0,
    processedAt_ms: null,
    ...changes,
  };
}
