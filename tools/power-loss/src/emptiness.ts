import type { Note } from './notes.ts';

/**
 * Why a round shows nothing, by the notes of its image, of which it wrote the last: no power was lost, or nothing had been
 * promised by then. Null where it shows something.
 */
export function whyEmpty(notes: readonly Note[]): string | null {
  const plug = notes.findLastIndex(({ what }) => what === 'plug');
  const power = notes.findLastIndex(({ what }) => what === 'power');
  if (plug < 0 || power < plug) return 'no power was lost';
  const began = notes.slice(0, plug).findLastIndex(({ what }) => what === 'power') + 1;
  const isPromised = notes.slice(began, plug).some(({ what }) => what === 'sent' || what === 'acked');
  return isPromised ? null : 'nothing was acknowledged before the power was lost';
}
