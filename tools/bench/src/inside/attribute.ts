import type { Profiler } from 'node:inspector';
import { ALL_ELSE, AROUND_CALLS, COLLECTING, NODE, partOfCall, partOfSource, PROGRAM } from './parts.ts';
import type { SourcePositions } from './source-positions.ts';

/** Microseconds of the main thread by part, and those of `all else` by function. */
export interface Attributed {
  readonly parts: Readonly<Record<string, number>>;
  readonly else: Readonly<Record<string, number>>;
}

/** Starts and stops the profiler. */
const RECORDING = 'tools/bench/src/inside/recording.ts';

/** Adds up what the samples of profiles say, without the time in which there was nothing to do. */
export function attribute(profiles: readonly Profiler.Profile[], positions: SourcePositions): Attributed {
  const found: Record<string, number> = {};
  const rest: Record<string, number> = {};
  for (const profile of profiles) {
    const self_us = timeOfNodes(profile);
    const parents = parentsIn(profile);
    for (const node of profile.nodes) {
      const time_us = self_us.get(node.id) ?? 0;
      if (time_us === 0 || node.callFrame.functionName === '(idle)') continue;
      const { part, file } = partOf(node, parents, positions);
      if (file === RECORDING) continue; // The profiler at its own work.
      found[part] = (found[part] ?? 0) + time_us;
      if (part !== ALL_ELSE) continue;
      const name = `${nameInSource(node.callFrame.functionName) || 'a function without a name'} (${file})`;
      rest[name] = (rest[name] ?? 0) + time_us;
    }
  }
  return { parts: found, else: rest };
}

function timeOfNodes({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const self_us = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    // How long it lasted is the time until the next sample. A clock that goes back makes no time negative.
    const time_us = Math.max(0, timeDeltas[at + 1] ?? 0);
    self_us.set(id, (self_us.get(id) ?? 0) + time_us);
  }
  return self_us;
}

function parentsIn({ nodes }: Profiler.Profile): Map<number, Profiler.ProfileNode> {
  const parents = new Map<number, Profiler.ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  return parents;
}

/** A system call is a part of its own; all else belongs to the nearest source that it was called from. */
function partOf(
  node: Profiler.ProfileNode,
  parents: ReadonlyMap<number, Profiler.ProfileNode>,
  positions: SourcePositions,
): { readonly part: string; readonly file: string } {
  const { functionName } = node.callFrame;
  if (functionName === '(garbage collector)') return { part: COLLECTING, file: '' };
  if (functionName === '(program)' || functionName === '(root)') return { part: PROGRAM, file: '' };
  const caller = parents.get(node.id)?.callFrame.url ?? '';
  if (node.callFrame.url === '' && caller.startsWith('node:')) {
    const call = partOfCall(functionName);
    if (call !== null) return { part: call, file: '' };
  }
  for (let one: Profiler.ProfileNode | undefined = node; one !== undefined; one = parents.get(one.id)) {
    const { url, lineNumber, columnNumber } = one.callFrame;
    if (url === 'node:fs' || url === 'node:internal/fs/utils') return { part: AROUND_CALLS, file: '' };
    const file = positions.fileAt(url, lineNumber, columnNumber);
    if (file !== null) return { part: partOfSource(file, nameInSource(one.callFrame.functionName)), file };
  }
  return { part: NODE, file: '' };
}

/** A bundler gives functions of the same name numbers. */
function nameInSource(name: string): string {
  return name.replace(/\d+$/, '');
}
