import type { OperationName } from '../operation.ts';

/** What can be looked into, by the names of the rows, and which operation each is. */
export const insideOperations = {
  send: 'send',
  'send-many': 'send_many',
  'send-full': 'send_durable',
  receive: 'receive',
  work: 'work',
} as const satisfies Readonly<Record<string, OperationName>>;

export type InsideName = keyof typeof insideOperations;

/** Whether there is such a name. */
export function isInsideName(name: string): name is InsideName {
  return Object.hasOwn(insideOperations, name);
}

/** Whether messages must be put in before it can be done. */
export function takesOut(name: InsideName): boolean {
  return name === 'receive' || name === 'work';
}
