import { expect, test, vi } from 'vitest';

/** The modules anew, as in a process of their own. */
async function inNewProcess(): Promise<{
  readonly newNonce: () => string;
  readonly digestOf: (seed: number) => Promise<string>;
}> {
  vi.resetModules();
  const { newNonce } = await import('../../../packages/queue/src/file-store/nonce.ts');
  const { simulate } = await import('../src/simulate.ts');
  return { newNonce, digestOf: async (seed) => (await simulate(seed)).digest };
}

test('a seed does the same in a process that has made names of files before, and in one that has not', async () => {
  const fresh = await inNewProcess();
  const digest = await fresh.digestOf(7);
  const used = await inNewProcess();
  used.newNonce(); // It fetches random bytes for many.
  expect(await used.digestOf(7)).toBe(digest);
  expect(await used.digestOf(7)).toBe(digest);
});
