/** What became of one test. */
export interface TestOutcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why it was skipped; null where it does not say. */
  readonly reason: string | null;
  readonly errors: readonly string[];
  readonly duration_ms: number;
}

/** What became of one file of tests. */
export interface FileOutcome {
  readonly file: string;
  readonly duration_ms: number;
  /** Of the file itself, such as an import that fails. */
  readonly errors: readonly string[];
  readonly tests: readonly TestOutcome[];
}

/** What a run of the tests wrote down. */
export interface SuiteReport {
  /** The files that began, in that order. */
  readonly began: readonly string[];
  readonly files: readonly FileOutcome[];
  /** Errors that belong to no test. */
  readonly unhandled: readonly string[];
}

/** Reads the lines that reporter.mjs wrote; the last may be cut short where the run was ended. */
export function readReport(text: string): SuiteReport {
  const began: string[] = [];
  const files: FileOutcome[] = [];
  const unhandled: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const value = JSON.parse(line) as
      | FileOutcome
      | { readonly began: string }
      | { readonly unhandled: readonly string[] };
    if ('unhandled' in value) unhandled.push(...value.unhandled);
    else if ('began' in value) began.push(value.began);
    else files.push(value);
  }
  return { began, files, unhandled };
}

/**
 * All that is wrong with a file, as sentences: an error of its own, a test that failed, was skipped without a reason, or never
 * ended, no test at all.
 */
export function faultsOf({ file, errors, tests }: FileOutcome): readonly string[] {
  return [
    ...errors.map((error) => `${file}: ${error}`),
    ...(tests.length === 0 && errors.length === 0 ? [`${file} holds no test.`] : []),
    ...tests.flatMap((test) => faultOf(test).map((fault) => `${file} > ${test.name}: ${fault}`)),
  ];
}

function faultOf({ state, reason, errors }: TestOutcome): readonly string[] {
  switch (state) {
    case 'passed':
      return [];
    case 'failed':
      return [`failed: ${errors.join('\n')}`];
    case 'pending':
      return ['never ended.'];
    case 'skipped':
      return reason === null
        ? ['was skipped without a reason: use skip(condition, reason), or end its title with [reason].']
        : [];
  }
}

/** One line about a file. */
export function lineAbout({ file, tests, errors, duration_ms }: FileOutcome): string {
  const count = (state: TestOutcome['state']): number => tests.filter((test) => test.state === state).length;
  const failed = count('failed') + count('pending') + errors.length;
  const parts = [`${count('passed')} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (count('skipped') > 0) parts.push(`${count('skipped')} skipped`);
  return `${file}: ${parts.join(', ')} (${(duration_ms / 1000).toFixed(1)} s)`;
}

/** What was skipped, by reason. */
export function skippedByReason(files: readonly FileOutcome[]): ReadonlyMap<string, readonly string[]> {
  const skipped = new Map<string, string[]>();
  for (const { file, tests } of files) {
    for (const { name, state, reason } of tests) {
      if (state !== 'skipped') continue;
      const key = reason ?? 'WITHOUT A REASON';
      skipped.set(key, [...(skipped.get(key) ?? []), `${file} > ${name}`]);
    }
  }
  return skipped;
}
