/** What became of one test. */
export interface TestOutcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why it was skipped; null where it does not say. */
  readonly reason: string | null;
  readonly errors: readonly string[];
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
  readonly files: readonly FileOutcome[];
  /** Errors that belong to no test. */
  readonly unhandled: readonly string[];
}

/** Reads the lines that reporter.mjs wrote; the last may be cut short where the run was ended. */
export function readReport(text: string): SuiteReport {
  const files: FileOutcome[] = [];
  const unhandled: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const value = JSON.parse(line) as FileOutcome | { readonly unhandled: readonly string[] };
    if ('unhandled' in value) unhandled.push(...value.unhandled);
    else files.push(value);
  }
  return { files, unhandled };
}

/**
 * All that is wrong with a run of these files, as sentences: a test that failed, was skipped without a reason, or never ended,
 * a file of which nothing was heard, an error outside of the tests.
 */
export function faultsOf(report: SuiteReport, expected: readonly string[]): readonly string[] {
  const heard = new Set(report.files.map(({ file }) => file));
  return [
    ...expected.filter((file) => !heard.has(file)).map((file) => `${file} did not come to its end.`),
    ...report.unhandled.map((error) => `Outside of the tests: ${error}`),
    ...report.files.flatMap(({ file, errors, tests }) => [
      ...errors.map((error) => `${file}: ${error}`),
      ...(tests.length === 0 && errors.length === 0 ? [`${file} holds no test.`] : []),
      ...tests.flatMap((test) => faultOf(test).map((fault) => `${file} > ${test.name}: ${fault}`)),
    ]),
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
export function skippedByReason(report: SuiteReport): ReadonlyMap<string, readonly string[]> {
  const skipped = new Map<string, string[]>();
  for (const { file, tests } of report.files) {
    for (const { name, state, reason } of tests) {
      if (state !== 'skipped') continue;
      const key = reason ?? 'WITHOUT A REASON';
      skipped.set(key, [...(skipped.get(key) ?? []), `${file} > ${name}`]);
    }
  }
  return skipped;
}
