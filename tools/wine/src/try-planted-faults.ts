import path from 'node:path';
import { plant, plantedFaults } from './planted-faults.ts';
import { runSuite } from './run-suite.ts';
import type { Bench, Workshop } from './workshop.ts';

const plantLimit_ms = 300_000;

/** Makes every planted fault in turn; true if each was noticed. */
export async function tryPlantedFaults(shop: Workshop, bench: Bench): Promise<boolean> {
  let allNoticed = true;
  for (const [index, fault] of plantedFaults.entries()) {
    const limit_ms = Math.min(plantLimit_ms, shop.deadline_ms - performance.now());
    if (limit_ms <= 0) {
      console.log(`PLANTED FAULT NOT TRIED, there was no time left: ${fault.name}`);
      return false;
    }
    using _ = plant(fault, path.join(shop.drive, 'suite'));
    const { report } = await runSuite({
      ...shop,
      ...bench,
      name: `planted-${index}`,
      files: [fault.noticedBy],
      workers: 1,
      isolates: false,
      limit_ms,
      fileLimit_ms: plantLimit_ms,
    });
    const noticing = report.files.flatMap(({ tests }) => tests.filter(({ state }) => state === 'failed'));
    console.log(
      noticing.length > 0
        ? `planted fault noticed: ${fault.name} (${noticing.map(({ name }) => name).join('; ')})`
        : `PLANTED FAULT NOT NOTICED by ${fault.noticedBy}: ${fault.name}`,
    );
    allNoticed &&= noticing.length > 0;
  }
  return allNoticed;
}
