import { Check } from 'typebox/schema';
import { printable } from './describe-value.ts';
import type { JsonSchema } from './json-schema.ts';

/** The value that a schema refused; null where the field is missing. */
type Refused = { readonly value: unknown } | null;

/**
 * What a schema asks for, in words: `an integer from 0 to 100 or null`, `one of "low", "medium", "high"`.
 *
 * A string schema with a `title` is described by that title, since a pattern says little to a person. What the author of a refinement
 * says may be about the value that was refused.
 */
export function describeSchema(schema: JsonSchema, refused: Refused = null): string {
  const values = allowedValues(schema);
  if (values !== null)
    return values.length === 1 ? showJson(values[0]) : `one of ${values.map(showJson).join(', ')}`;

  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined)
    return [...new Set(branches.map((branch) => describeSchema(branch, refused)))].join(' or ');
  if (schema.allOf !== undefined)
    return [...new Set(schema.allOf.map((part) => describeSchema(part, refused)))].join(' and ');
  if (schema.type === undefined)
    return schema['~refine'] ? refinement(schema, refused) : 'a value that its schema allows';

  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return types.map((type) => describeType(type, schema, refused)).join(' or ');
}

/** The literal values that a schema allows, or null where it is not a list of literals. */
export function allowedValues(schema: JsonSchema): readonly unknown[] | null {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches === undefined || branches.length === 0) return null;
  const values = branches.map(allowedValues);
  return values.every((list) => list !== null) ? values.flat() : null;
}

function describeType(type: string, schema: JsonSchema, refused: Refused): string {
  switch (type) {
    case 'string':
      return describeString(schema, refused);
    case 'integer':
      return `an integer${range(numericBounds(schema))}${refined(schema, refused)}`;
    case 'number':
      return `a number${range(numericBounds(schema))}${refined(schema, refused)}`;
    case 'array':
      return `an array${describeCount(countOfItems(schema), 'items')}${refined(schema, refused)}`;
    case 'object':
      return `an object${refined(schema, refused)}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return type;
  }
}

function describeString(schema: JsonSchema, refused: Refused): string {
  if (schema.title !== undefined) return schema.title;
  return [
    `a string${describeCount({ from: schema.minLength, to: schema.maxLength }, 'characters')}`,
    schema.format === undefined ? '' : ` in the format ${schema.format}`,
    schema.pattern === undefined ? '' : ` matching ${schema.pattern}`,
    refined(schema, refused),
  ].join('');
}

interface Bounds {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
}

/** A tuple has as many items as it has schemas, unless it allows more. */
function countOfItems(schema: JsonSchema): Bounds {
  const { items, minItems, maxItems } = schema;
  const closed = Array.isArray(items) && schema.additionalItems === false;
  return { from: minItems, to: closed ? items.length : maxItems };
}

function describeCount({ from, to }: Bounds, noun: string): string {
  if (from !== undefined && from === to) return ` of exactly ${from} ${noun}`;
  if (from !== undefined && to !== undefined) return ` of ${from} to ${to} ${noun}`;
  if (from !== undefined) return ` of at least ${from} ${noun}`;
  return to === undefined ? '' : ` of at most ${to} ${noun}`;
}

function numericBounds(schema: JsonSchema): Bounds {
  return {
    from: schema.minimum,
    // The greatest safe integer bounds every integer here; saying so each time would hide what matters.
    to: schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum,
    above: schema.exclusiveMinimum,
    below: schema.exclusiveMaximum,
  };
}

function range({ from, to, above, below }: Bounds): string {
  const words: string[] = [];
  if (from !== undefined && to !== undefined) words.push(`from ${from} to ${to}`);
  else if (from !== undefined) words.push(`of at least ${from}`);
  else if (to !== undefined) words.push(`of at most ${to}`);
  if (above !== undefined) words.push(`above ${above}`);
  if (below !== undefined) words.push(`below ${below}`);
  return words.length === 0 ? '' : ` ${words.join(' and ')}`;
}

function refined(schema: JsonSchema, refused: Refused): string {
  return schema['~refine'] === undefined ? '' : ` (${refinement(schema, refused)})`;
}

/**
 * What the authors of refinements say they ask for. Who looks at the value is asked only about one of the right type that their check
 * refused: whatever else they said would be untrue, or throw.
 */
function refinement(schema: JsonSchema, refused: Refused): string {
  const words = (schema['~refine'] ?? []).flatMap(({ check, error }) => {
    if (error.length === 0) return saidBy(() => error(undefined));
    if (refused === null) return [];
    const { value } = refused;
    // The copy lacks the refinements, which are not enumerable.
    return saidBy(() => (Check({ ...schema }, value) && !check(value) ? error(value) : ''));
  });
  return words.length === 0 ? 'what its check accepts' : words.join(', ');
}

/** What a function of the user says; nothing where it throws, since that must not hide the faults. */
function saidBy(say: () => unknown): string[] {
  try {
    const words = say();
    return typeof words === 'string' && words !== '' ? [printable(words)] : [];
  } catch {
    return [];
  }
}

function showJson(value: unknown): string {
  return JSON.stringify(value);
}
