/** One thing that is done to a live queue's directory. Paths are below the root, a character for each byte (latin1). */
export type Step =
  | { readonly op: 'write'; readonly path: string; readonly base64: string }
  | { readonly op: 'move'; readonly path: string; readonly to: string }
  | { readonly op: 'remove' | 'directory' | 'pipe' | 'socket' | 'device'; readonly path: string }
  | { readonly op: 'link'; readonly path: string; readonly target: string }
  | { readonly op: 'sparse'; readonly path: string; readonly bytes: number };

/** What a disk target does before the queue is used: its input, as JSON. */
export interface Plan {
  readonly steps: readonly Step[];
}

/** A plan as an input's bytes. */
export function planBytes(plan: Plan): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(plan, null, 1));
}

/** The plan in an input's bytes. */
export function planOf(bytes: Uint8Array): Plan {
  return JSON.parse(new TextDecoder().decode(bytes)) as Plan;
}
