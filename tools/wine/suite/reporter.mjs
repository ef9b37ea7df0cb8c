// Writes down what became of every test: a line of JSON for each test file when it begins, and one as soon as it has ended.
import { appendFileSync } from 'node:fs';

const report = process.env.TAPPS_WINE_REPORT;
const began_ms = new Map();

export default class LinesReporter {
  onTestModuleQueued(module) {
    began_ms.set(fileOf(module), performance.now());
    note({ began: fileOf(module) });
  }

  onTestModuleEnd(module) {
    const tests = Array.from(module.children.allTests(), (test) => {
      const { state, note: reason, errors = [] } = test.result();
      return {
        name: test.fullName,
        state,
        reason: reason ?? reasonInTitle(test.fullName),
        errors: errors.map(textOf),
        duration_ms: Math.round(test.diagnostic()?.duration ?? 0),
      };
    });
    note({
      file: fileOf(module),
      duration_ms: Math.round(performance.now() - began_ms.get(fileOf(module))), // With the start of its process.
      errors: module.errors().map(textOf),
      tests,
    });
  }

  onTestRunEnd(modules, unhandled) {
    if (unhandled.length > 0) note({ unhandled: unhandled.map(textOf) });
  }
}

function note(line) {
  appendFileSync(report, `${JSON.stringify(line)}\n`);
}

function fileOf(module) {
  return module.relativeModuleId.replaceAll('\\', '/');
}

/** `a title [reason]` or `a title (skipped because ...)`: for `skipIf`, which takes no reason of its own. */
function reasonInTitle(title) {
  const [, inBrackets, inWords] = /\[([^\]]+)\]|\((skipped [^)]+)\)$/.exec(title) ?? [];
  return inBrackets ?? inWords ?? null;
}

function textOf(error) {
  return error.stack ?? error.message ?? String(error);
}
