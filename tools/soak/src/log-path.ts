import { dirname, join } from 'node:path';

/** The log of the process that is the n-th in its place; `beside` is any other log. */
export function logPath(beside: string, place: string, incarnation: number): string {
  return join(dirname(beside), `${place}.${incarnation}.log`);
}
