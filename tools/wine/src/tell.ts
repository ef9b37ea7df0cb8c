import type { WholeEnd } from './run-whole.ts';
import { skippedByReason } from './suite-report.ts';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';

/** Says what came of all tests with one Node: what was skipped and why, what was run again, what is wrong, how many. */
export function tellOf(line: NodeLine, { outcomes, retried, faults }: WholeEnd, seconds: number): void {
  console.log(`\n== Node ${nodeVersions[line]} for Windows, under Wine`);
  for (const [reason, names] of skippedByReason(outcomes)) {
    console.log(`skipped: ${reason}`);
    for (const name of names) console.log(`  ${name}`);
  }
  for (const { file, passed, faults: first } of retried) {
    console.log(`RUN AGAIN: ${file}, which then ${passed ? 'passed' : 'failed as well'}. The first time:`);
    for (const fault of first) console.log(`  ${fault.replaceAll('\n', '\n  ')}`);
  }
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  const tests = outcomes.flatMap((file) => file.tests);
  const count = (state: string): number => tests.filter((test) => test.state === state).length;
  console.log(
    `${outcomes.length} files: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped; ` +
      `${retried.length} files run again; ${faults.length} faults; ${Math.round(seconds)} s\n`,
  );
}
