import { Check } from 'typebox/schema';
import { describeSchema } from './describe-schema.ts';
import { describeValue, NOTHING } from './describe-value.ts';
import { pointerTo } from './fault.ts';
import type { FaultList } from './fault.ts';
import { isObject, isSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { commonTag, fieldNames, literalFields } from './schema-fields.ts';

/**
 * Finds every fault of a value that its schema refuses, each once, at the deepest place that is to blame.
 *
 * TypeBox's own errors name the broken keyword, list each branch of a union and stop at eight. So this walks schema and
 * value together, asks TypeBox about each part, and says what was expected of the part as a whole.
 */
export function explainFaults(schema: JsonSchema, value: unknown, faults: FaultList): void {
  new Explainer(faults).explain(schema, value, '');
}

const NO_SUCH_FIELD = 'absent (no such field is defined)';
const NO_SUCH_ITEM = 'absent (the list ends before it)';

class Explainer {
  readonly #faults: FaultList;
  /** The schemas that `$ref` may name, gathered on the way down. */
  #named: Record<string, JsonSchema> = {};

  constructor(faults: FaultList) {
    this.#faults = faults;
  }

  explain(schema: JsonSchema, value: unknown, pointer: string): void {
    if (schema.$defs !== undefined) this.#named = { ...this.#named, ...schema.$defs };
    if (this.#accepts(schema, value)) return;
    const before = this.#faults.total;
    const referred = schema.$ref === undefined ? undefined : this.#named[schema.$ref];
    if (referred !== undefined) this.explain(referred, value, pointer);
    if (isObject(value)) this.#explainFields(schema, value, pointer);
    if (Array.isArray(value)) this.#explainItems(schema, value, pointer);
    for (const part of schema.allOf ?? []) this.explain(part, value, pointer);
    this.#explainBranches(schema, value, pointer);

    const unexplained = this.#faults.total === before && !this.#faults.hasAtOrBelow(pointer);
    if (unexplained || !this.#accepts(ownKeywords(schema), value)) this.#blame(schema, value, pointer);
  }

  #explainFields(schema: JsonSchema, value: Record<string, unknown>, pointer: string): void {
    const { properties = {}, patternProperties = {}, additionalProperties } = schema;
    for (const [key, field] of Object.entries(properties)) {
      const at = pointerTo(pointer, key);
      if (Object.hasOwn(value, key)) this.explain(field, value[key], at);
      else if (schema.required?.includes(key)) {
        this.#faults.add({ pointer: at, expected: describeSchema(field), found: NOTHING });
      }
    }
    const patterns = Object.entries(patternProperties).map(([text, field]) => ({
      pattern: new RegExp(text, 'u'),
      field,
    }));
    const known = schema.unevaluatedProperties === false ? fieldNames(schema) : null;

    for (const [key, field] of Object.entries(value)) {
      const at = pointerTo(pointer, key);
      const matching = patterns.filter(({ pattern }) => pattern.test(key));
      for (const match of matching) this.explain(match.field, field, at);
      const additional = !Object.hasOwn(properties, key) && matching.length === 0;
      if ((additional && additionalProperties === false) || (known !== null && !known.has(key))) {
        this.#faults.add({ pointer: at, expected: NO_SUCH_FIELD, found: describeValue(field) });
      } else if (additional && typeof additionalProperties === 'object') {
        this.explain(additionalProperties, field, at);
      }
    }
  }

  #explainItems(schema: JsonSchema, value: readonly unknown[], pointer: string): void {
    const { items } = schema;
    const tuple = Array.isArray(items) ? items : schema.prefixItems;
    const rest = Array.isArray(items) ? schema.additionalItems : items;
    for (const [index, item] of value.entries()) {
      const at = pointerTo(pointer, index);
      const expected = tuple?.[index] ?? rest;
      if (isSchema(expected)) this.explain(expected, item, at);
      else if (expected === false)
        this.#faults.add({ pointer: at, expected: NO_SUCH_ITEM, found: describeValue(item) });
    }
  }

  /**
   * Explains the one branch of a union that the value plainly means: the only one of its own type, and of its own literal
   * fields where objects are told apart by those. Where none or several fit, the union is explained as a whole.
   */
  #explainBranches(schema: JsonSchema, value: unknown, pointer: string): void {
    const branches = schema.anyOf ?? schema.oneOf ?? [];
    if (branches.length === 0 || branches.some((branch) => this.#accepts(branch, value))) return;
    const alike = branches.filter(
      (branch) => isContainer(value) && this.#accepts(ownKeywords(branch), value),
    );
    const meant = alike.filter((branch) => this.#hasLiteralsOf(branch, value));
    const [only] = meant;
    if (meant.length === 1 && only !== undefined) return this.explain(only, value, pointer);
    const tag = meant.length === 0 ? commonTag(alike) : null;
    if (tag !== null) return this.explain(tag, value, pointer);
    if (!this.#faults.hasAtOrBelow(pointer)) this.#blame(schema, value, pointer);
  }

  #hasLiteralsOf(branch: JsonSchema, value: unknown): boolean {
    if (!isObject(value)) return true;
    return literalFields(branch).every(([key, field]) => this.#accepts(field, value[key]));
  }

  #accepts(schema: JsonSchema, value: unknown): boolean {
    return Check(this.#named, schema, value);
  }

  #blame(schema: JsonSchema, value: unknown, pointer: string): void {
    this.#faults.add({ pointer, expected: describeSchema(schema, { value }), found: describeValue(value) });
  }
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Keywords that {@link explainFaults} follows into the value, part by part. */
const FOLLOWED = new Set([
  '$id',
  '$ref',
  'properties',
  'required',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'items',
  'prefixItems',
  'additionalItems',
  'allOf',
  'anyOf',
  'oneOf',
]);

/** What a schema asks of a value itself, leaving aside what is inside it. Refinements expect a valid value: not asked here. */
function ownKeywords(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !FOLLOWED.has(keyword)));
}
