import { ADMITTING } from './store-conformance/admitting.ts';
import { AGENTS } from './store-conformance/agents.ts';
import { CLAIMING } from './store-conformance/claiming.ts';
import type { ConformanceCase } from './store-conformance/conformance-case.ts';
import { DEAD_LETTERS } from './store-conformance/dead-letters.ts';
import { DETACHING } from './store-conformance/detaching.ts';
import { LISTING } from './store-conformance/listing.ts';
import { PUBLISHING } from './store-conformance/publishing.ts';
import { RECOVERING } from './store-conformance/recovering.ts';
import { REMEMBERING } from './store-conformance/remembering.ts';
import { RETAINING } from './store-conformance/retaining.ts';
import { SETTLING } from './store-conformance/settling.ts';

export type {
  ConformanceCase,
  ConformanceClock,
  ConformanceContext,
  ConformanceStoreOptions,
} from './store-conformance/conformance-case.ts';

/**
 * What every engine behind the `Store` port must do, independent of any test framework: run each case on data of its own,
 * and close the stores it opened. A case that rejects is a promise of the port that the engine breaks.
 *
 *     for (const { name, run } of storeConformance) test(name, () => run(contextFor(myEngine)));
 */
export const storeConformance: readonly ConformanceCase[] = [
  ...AGENTS,
  ...PUBLISHING,
  ...CLAIMING,
  ...ADMITTING,
  ...SETTLING,
  ...DEAD_LETTERS,
  ...LISTING,
  ...RECOVERING,
  ...DETACHING,
  ...REMEMBERING,
  ...RETAINING,
];
