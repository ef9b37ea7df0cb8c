import { describeValue } from './describe-value.ts';
import { copyJson } from './json-value.ts';
import type { JsonCopy, JsonLimits } from './json-value.ts';
import { isObject } from './json-schema.ts';
import { invalidDefinition, MessageError } from './message-error.ts';
import { peekFields } from './peeked-envelope.ts';
import { CURRENT_MAJOR, majorOf } from './schema-version.ts';

/**
 * Lifts messages of one major version to the next. `up` is pure: it gets a private copy and returns the message of the next
 * major, with its `schema_version`, `from` and `to` being majors such as "1" and "2".
 */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  up(message: Record<string, unknown>): Record<string, unknown>;
}

/** The upcasters of this package. Version 1 is the first, so there is nothing to lift yet. */
export const RELEASED_UPCASTERS: readonly Upcaster[] = [];

const MAJOR = /^(0|[1-9][0-9]{0,8})$/;

/**
 * A chain that lifts older majors to the current one, step by step.
 *
 * @throws MessageError ERR_INVALID_DEFINITION where a step does not go up by one, a step is there twice, a step is
 * missing between two others, or the chain does not end at the current major
 */
export class UpcasterChain {
  readonly #steps = new Map<number, Upcaster>();

  constructor(upcasters: readonly Upcaster[]) {
    for (const upcaster of upcasters) {
      const { from, to } = upcaster;
      if (!MAJOR.test(from) || !MAJOR.test(to) || Number(to) !== Number(from) + 1) {
        throw invalidDefinition(
          `An upcaster from "${from}" to "${to}" is not a step to the next major, such as "1" to "2".`,
        );
      }
      if (this.#steps.has(Number(from)))
        throw invalidDefinition(`There are two upcasters from major ${from}; keep one.`);
      this.#steps.set(Number(from), upcaster);
    }
    const majors = [...this.#steps.keys()].sort((a, b) => a - b);
    const [first] = majors;
    if (first === undefined) return;
    for (let major = first; major < Math.max(CURRENT_MAJOR, first + majors.length); major += 1) {
      if (!this.#steps.has(major))
        throw invalidDefinition(`No upcaster leads from major ${major} to ${major + 1}; add it.`);
    }
    const last = first + majors.length;
    if (last === CURRENT_MAJOR) return;
    throw invalidDefinition(
      `The upcasters lead to major ${last}; this package reads major ${CURRENT_MAJOR}.`,
    );
  }

  /**
   * Lifts a message to the current major; one of the current major is returned as it is.
   *
   * @throws MessageError ERR_UNSUPPORTED_VERSION where no chain leads here or a step fails
   */
  lift(message: Record<string, unknown>, major: number, limits: JsonLimits): Record<string, unknown> {
    let lifted = message;
    for (let at = major; at !== CURRENT_MAJOR; at += 1) {
      const step = this.#steps.get(at);
      if (step === undefined) throw unsupported(message);
      lifted = apply(step, lifted, message, limits);
    }
    return lifted;
  }
}

/** Runs one step; what it returns is checked like any value from outside. */
function apply(
  step: Upcaster,
  message: Record<string, unknown>,
  original: Record<string, unknown>,
  limits: JsonLimits,
): Record<string, unknown> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new MessageError(
      'ERR_UNSUPPORTED_VERSION',
      `The upcaster from major ${step.from} to ${step.to} ${problem}. Correct the upcaster and read the message again.`,
      { envelope: peekFields(original), cause },
    );
  };
  let result: JsonCopy;
  try {
    result = copyJson(step.up(message), limits);
  } catch (cause) {
    return fail('failed', cause);
  }
  const { value, faults } = result;
  if (faults.total > 0 || !isObject(value)) return fail('did not return a JSON object');
  if (String(majorOf(value['schema_version'])) !== step.to)
    return fail(`did not set a schema_version of major ${step.to}`);
  return value;
}

function unsupported(message: Record<string, unknown>): MessageError {
  const version = describeValue(message['schema_version']);
  return new MessageError(
    'ERR_UNSUPPORTED_VERSION',
    `The message has schema_version ${version}; this package reads ${CURRENT_MAJOR}.x. Upgrade the package that reads it, then replay the message.`,
    { envelope: peekFields(message) },
  );
}
