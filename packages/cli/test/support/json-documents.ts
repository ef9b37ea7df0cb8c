import { DeadLetterReasonSchema, EnvelopeSchema, FailureSchema } from '@tapps-agents/contracts';
import { Check, Errors } from 'typebox/schema';
import { FAILURE_REF, MESSAGE_REF, REASON_REF } from '../../src/json/contract-schemas.ts';
import { documents } from '../../src/json/documents.ts';
import { programArguments } from './program-arguments.ts';

type Node = Record<string, unknown>;

/** What is wrong with a document of this name, strictly: a field that the schema does not name is wrong, too. */
export function faultsOf(name: string, value: unknown): readonly string[] {
  const schema = STRICT.get(name);
  if (schema === undefined) throw new Error(`There is no document ${JSON.stringify(name)}.`);
  if (Check(schema, value)) return [];
  const [, errors] = Errors(schema, value);
  return errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/**
 * Throws when a command line with `--json` printed anything but documents of its own, or anything on standard error but
 * errors and warnings.
 */
export function checkPrinted(argv: readonly string[], stdout: string, stderr: string): void {
  const own = programArguments(argv);
  if (!own.includes('--json') || own.includes('--help')) return; // Help is for people, always.
  const command = COMMANDS.find((name) => own.includes(name));
  for (const line of linesOf(stdout)) {
    const names = documents()
      .filter(({ printedBy }) => printedBy.some((by) => by.split(' ')[0] === command))
      .map(({ name }) => name);
    expectOneOf(names, line, own);
  }
  for (const line of linesOf(stderr)) expectOneOf(['error', 'warning'], line, own);
}

const COMMANDS = [
  ...new Set(documents().flatMap(({ printedBy }) => printedBy.map((by) => by.split(' ')[0] ?? ''))),
];

function expectOneOf(names: readonly string[], line: string, argv: readonly string[]): void {
  const value: unknown = JSON.parse(line);
  const faults = names.map((name) => `${name}: ${faultsOf(name, value).join('; ')}`);
  if (faults.some((fault, index) => fault === `${names[index]}: `)) return;
  throw new Error(`${argv.join(' ')} printed what is no document of its own:\n${line}\n${faults.join('\n')}`);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** What the schemas refer to. The envelope stays open: a message has the fields of its type beside it. */
const REFERENCES: Readonly<Record<string, object>> = {
  [REASON_REF]: DeadLetterReasonSchema,
  [FAILURE_REF]: FailureSchema,
};

function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as Node;
  if ($ref === MESSAGE_REF) return EnvelopeSchema;
  if (typeof $ref === 'string') {
    const target = REFERENCES[$ref];
    if (target === undefined) throw new Error(`Nothing is known of ${$ref}.`);
    return strict(target);
  }
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  return 'properties' in closed && !('additionalProperties' in closed)
    ? { ...closed, additionalProperties: false }
    : closed;
}

const STRICT = new Map(
  documents().map(({ name, schema }) => [name, strict(JSON.parse(JSON.stringify(schema))) as object]),
);
