import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkAtDeath } from './checks-at-death.ts';
import { checkAtRest } from './checks-at-rest.ts';
import { cleanUp } from './cleaning.ts';
import { copyTree } from './copy-tree.ts';
import type { Death } from './killing-file-system.ts';
import type { Operation } from './operation.ts';
import { violate, type Manifest, type Outcome, type Violation } from './outcome.ts';
import { runVictim } from './run-victim.ts';
import type { Story } from './story.ts';
import { succeed } from './successor.ts';
import { survey } from './survey.ts';

/** What all runs of an operation share. */
export interface Trial {
  readonly operation: Operation;
  readonly manifest: Manifest;
  /** What the site looks like at the start of every run. */
  readonly template: string;
  /** Where runs have their directories. */
  readonly directory: string;
  /** The victim's program. */
  readonly program: string;
  readonly fault: string | null;
  /** How long the successors may take: far less than a lease, and far more than any computer needs. */
  readonly patience_ms: number;
}

/** One run, and what it broke. */
export interface RunReport {
  readonly death: Death | null;
  readonly story: Story;
  readonly violations: readonly Violation[];
  /** Where the victim's message was left, for the table: the states of all messages at the kill. */
  readonly states: string;
}

/** One run: a victim that dies, its successors, a clean-up, and what was wrong at any time. */
export async function run(trial: Trial, death: Death | null): Promise<RunReport> {
  const name = death === null ? 'whole' : `${death.call}-${death.moment}`;
  const directory = join(trial.directory, name);
  const root = join(directory, 'root');
  rmSync(directory, { recursive: true, force: true });
  copyTree(trial.template, directory);
  const story = await runVictim(trial.program, {
    operation: trial.operation.name,
    root,
    story: join(directory, 'story'),
    death,
    fault: trial.fault,
  });
  const outcome: Outcome = {
    root,
    manifest: trial.manifest,
    story,
    atDeath: existsSync(root) ? survey(root) : [],
    handled: [],
    steps: [],
    atRest: [],
    violations: [],
  };
  await examine(trial.operation, outcome, trial.patience_ms);
  const states = outcome.atDeath.flatMap(({ kind }) =>
    ['ready', 'leased', 'processed', 'duplicate', 'dead', 'temporary'].includes(kind) ? [kind] : [],
  );
  rmSync(directory, { recursive: true, force: true });
  return { death, story, violations: outcome.violations, states: states.join(' ') };
}

async function examine(operation: Operation, outcome: Outcome, patience_ms: number): Promise<void> {
  try {
    checkAtDeath(outcome);
    if (outcome.violations.length > 0) return; // Whatever follows would only follow from that.
    await succeed(operation, outcome, patience_ms);
    outcome.atRest = survey(outcome.root);
    checkAtRest(outcome);
    await operation.check?.(outcome);
    await cleanUp(outcome);
  } catch (error) {
    violate(outcome, 'an error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
