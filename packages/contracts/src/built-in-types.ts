import type { MessageDefinition } from './message-definition.ts';
import { statusUpdate } from './status-update.ts';
import type { StatusUpdate } from './status-update.ts';
import { taskAssignment } from './task-assignment.ts';
import type { TaskAssignment } from './task-assignment.ts';
import { taskComplete } from './task-complete.ts';
import type { TaskComplete } from './task-complete.ts';

/** A message of one of the three built-in types, told apart by `message_type`. */
export type BuiltInMessage = TaskAssignment | StatusUpdate | TaskComplete;

/** The definitions that every reader knows. */
export const BUILT_IN_TYPES: readonly MessageDefinition<BuiltInMessage>[] = [
  taskAssignment,
  statusUpdate,
  taskComplete,
];
