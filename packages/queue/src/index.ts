export { openQueue } from './open-queue.ts';
export { QueueError, type QueueErrorCode, type QueueErrorContext } from './errors.ts';
export { letterOf, reasonOrFault } from './letter-reason.ts';
export type { Unreadable } from './unreadable.ts';
export { toMilliseconds, MAX_DURATION_MS, type Duration } from './duration.ts';
export { QueueEvents, type MessageEvent, type QueueEventMap } from './events.ts';
export { reject, retry, snooze } from './handler.ts';
export type {
  CollectHandlers,
  HandlerContext,
  MessageHandler,
  TaskHandler,
  TaskResult,
  Verdict,
  WorkContext,
  WorkHandlers,
} from './handler.ts';
export type * from './claim.ts';
export type * from './queue.ts';
export type * from './operations.ts';
export type * from './reports.ts';
export type * from './diagnosis.ts';
export type * from './operation-log.ts';
export type * from './retention-report.ts';
export type * from './message-journal.ts';
export type * from './store.ts';
export { SettledInDoubt } from './settled-in-doubt.ts';
export * from './stored-file.ts';
export * from './stored-message.ts';
