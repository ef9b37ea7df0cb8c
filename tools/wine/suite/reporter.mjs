// Writes down what became of every test, a line of JSON for each test file as soon as that has ended.
import { appendFileSync } from 'node:fs';

const report = process.env.TAPPS_WINE_REPORT;

export default class LinesReporter {
  onTestModuleEnd(module) {
    const tests = Array.from(module.children.allTests(), (test) => {
      const { state, note, errors = [] } = test.result();
      return {
        name: test.fullName,
        state,
        reason: note ?? reasonInTitle(test.fullName),
        errors: errors.map(textOf),
      };
    });
    const line = {
      file: module.relativeModuleId.replaceAll('\\', '/'),
      duration_ms: Math.round(module.diagnostic().duration),
      errors: module.errors().map(textOf),
      tests,
    };
    appendFileSync(report, `${JSON.stringify(line)}\n`);
  }

  onTestRunEnd(modules, unhandled) {
    if (unhandled.length > 0)
      appendFileSync(report, `${JSON.stringify({ unhandled: unhandled.map(textOf) })}\n`);
  }
}

/** `a title [reason]` or `a title (skipped because ...)`: for `skipIf`, which takes no reason of its own. */
function reasonInTitle(title) {
  const [, inBrackets, inWords] = /\[([^\]]+)\]|\((skipped [^)]+)\)$/.exec(title) ?? [];
  return inBrackets ?? inWords ?? null;
}

function textOf(error) {
  return error.stack ?? error.message ?? String(error);
}
