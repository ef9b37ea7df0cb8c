import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const sources = fileURLToPath(new URL('../../src', import.meta.url));

/** What each folder may import from, besides itself and the API, the port and the words they share, which lie above all folders. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  consuming: ['delivery'],
  delivery: ['sending'],
  'file-store': [],
  operating: ['sending'],
  requesting: ['consuming', 'delivery', 'sending'],
  retaining: [],
  sending: [],
  'store-conformance': [],
};
/** What puts the folders together. */
const compositions = new Set(['index.ts', 'open-queue.ts', 'opened-queue.ts', 'store-conformance.ts']);

test('imports between the folders of the queue run one way', () => {
  expect(edges()).toEqual(
    Object.entries(allowed)
      .flatMap(([from, targets]) => targets.map((to) => `${from} -> ${to}`))
      .toSorted(),
  );
});

/** Which folder imports from which; a file above the folders stands for itself. */
function edges(): string[] {
  const found = new Set<string>();
  for (const entry of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || compositions.has(entry)) continue;
    const file = join(sources, entry);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const from = folderOf(file);
      const to = folderOf(resolve(dirname(file), specifier ?? ''));
      if (from !== to && !to.endsWith('.ts')) found.add(`${from} -> ${to}`);
    }
  }
  return [...found].toSorted();
}

function folderOf(file: string): string {
  return relative(sources, file).split(sep)[0] ?? '';
}
