import type { Plugin } from 'esbuild';

export declare function bundleTool(
  directory: string,
  names: readonly string[],
  outdir?: string,
): Promise<void>;
export declare const withoutDevtools: Plugin;
export declare function startTool(startUrl: string, names: readonly string[]): Promise<void>;
