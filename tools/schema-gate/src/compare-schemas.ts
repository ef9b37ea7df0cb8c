import type { Change, LetDown } from './change.ts';
import { assertions, canonical, isNode, resolved, sorted, type SchemaNode } from './schema-node.ts';

/**
 * What differs between a released schema and the one of now, both of what a reader accepts.
 *
 * Within a major every reader reads what every writer of it writes, whichever of them is older. So a field that both know must
 * accept exactly the same in both: narrowed, it refuses old messages, and widened, new messages are refused by old readers. What a
 * minor may do is to add optional fields, which old readers let pass. Keywords for which there is no rule, and changes
 * that no rule can judge (a pattern, say), count as incompatible.
 */
export function compareSchemas(released: SchemaNode, current: SchemaNode): readonly Change[] {
  const comparison = new Comparison(released, current);
  comparison.compare(released, current, '');
  return comparison.changes;
}

/** Keywords by which a greater value allows less, and those by which it allows more. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const UNION = ['anyOf', 'oneOf'];
/** Keywords with rules of their own. */
const RULED: ReadonlySet<string> = new Set([
  ...LOWER,
  ...UPPER,
  ...UNION,
  '$ref',
  'type',
  'enum',
  'const',
  'default',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
]);

const NARROWED: readonly LetDown[] = ['old messages'];
const WIDENED: readonly LetDown[] = ['old readers'];
const UNKNOWN: readonly LetDown[] = ['old messages', 'old readers'];

class Comparison {
  readonly changes: Change[] = [];
  readonly #released: SchemaNode;
  readonly #current: SchemaNode;
  /** Pairs under comparison: recursive types come back to themselves. */
  readonly #seen = new Set<string>();

  constructor(released: SchemaNode, current: SchemaNode) {
    this.#released = released;
    this.#current = current;
  }

  compare(releasedNode: SchemaNode, currentNode: SchemaNode, pointer: string): void {
    const pair = `${String(releasedNode['$ref'])} ${String(currentNode['$ref'])}`;
    if (releasedNode['$ref'] !== undefined || currentNode['$ref'] !== undefined) {
      if (this.#seen.has(pair)) return;
      this.#seen.add(pair);
    }
    const before = resolved(releasedNode, this.#released);
    const after = resolved(currentNode, this.#current);
    this.#compareDefault(before, after, pointer);
    if (isUnion(before) || isUnion(after)) {
      this.#compareUnions(before, after, pointer);
      if (isUnion(before) && isUnion(after))
        this.#compareOthers(withoutUnion(before), withoutUnion(after), pointer, new Set(['default']));
      return;
    }
    this.#compareTypes(before, after, pointer);
    this.#compareValues(before, after, pointer);
    this.#compareBounds(before, after, pointer);
    this.#compareFields(before, after, pointer);
    this.#compareItems(before, after, pointer);
    this.#compareOthers(before, after, pointer);
  }

  #add(pointer: string, letsDown: readonly LetDown[], text: string): void {
    this.changes.push({ pointer, letsDown, text });
  }

  #compareDefault(before: SchemaNode, after: SchemaNode, pointer: string): void {
    if (sorted(before['default'] ?? null) === sorted(after['default'] ?? null)) {
      if ('default' in before === 'default' in after) return;
    }
    const [was, is] = [before, after].map((node) => ('default' in node ? show(node['default']) : 'none'));
    this.#add(`${pointer}/default`, ['meaning'], `what a missing field stands for was ${was} and is ${is}`);
  }

  #compareUnions(before: SchemaNode, after: SchemaNode, pointer: string): void {
    const [left, right] = [alternativesOf(before), alternativesOf(after)];
    for (const one of left) {
      // Alike in their words; what they refer to by a name may still differ.
      const same = right.find((other) => canonical(one) === canonical(other));
      if (same !== undefined) this.compare(one, same, `${pointer}/anyOf/${right.indexOf(same)}`);
    }
    const gone = left.filter((one) => !right.some((other) => canonical(one) === canonical(other)));
    const added = right.filter((one) => !left.some((other) => canonical(one) === canonical(other)));
    const [only, now] = [gone[0], added[0]];
    if (gone.length === 1 && added.length === 1 && only !== undefined && now !== undefined)
      return this.compare(only, now, `${pointer}/anyOf/${right.indexOf(now)}`);
    for (const one of gone) this.#add(pointer, NARROWED, `${show(one)} is no longer allowed`);
    for (const one of added) this.#add(pointer, WIDENED, `${show(one)} is allowed as well`);
  }

  #compareTypes(before: SchemaNode, after: SchemaNode, pointer: string): void {
    const [was, is] = [typesOf(before), typesOf(after)];
    const gone = was.filter((type) => !is.includes(type));
    const added = is.filter((type) => !was.includes(type));
    if (gone.length > 0) this.#add(`${pointer}/type`, NARROWED, `${gone.join(' and ')} is no longer allowed`);
    if (added.length > 0) this.#add(`${pointer}/type`, WIDENED, `${added.join(' and ')} is allowed as well`);
  }

  #compareValues(before: SchemaNode, after: SchemaNode, pointer: string): void {
    const [was, is] = [valuesOf(before), valuesOf(after)];
    const at = `${pointer}/${'const' in after || 'const' in before ? 'const' : 'enum'}`;
    if (was === null && is !== null) return this.#add(at, NARROWED, 'only some values are allowed now');
    if (was !== null && is === null) return this.#add(at, WIDENED, 'any value is allowed now');
    for (const value of was ?? [])
      if (is?.includes(value) === false) this.#add(at, NARROWED, `${value} is no longer allowed`);
    for (const value of is ?? [])
      if (was?.includes(value) === false) this.#add(at, WIDENED, `${value} is allowed as well`);
  }

  #compareBounds(before: SchemaNode, after: SchemaNode, pointer: string): void {
    for (const keyword of [...LOWER, ...UPPER]) {
      const [was, is] = [before[keyword], after[keyword]];
      if (was === is) continue;
      const [from, to] = [was, is].map((bound) => (typeof bound === 'number' ? String(bound) : 'none'));
      const none = LOWER.includes(keyword) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      const [lower, higher] = [was, is].map((bound) => (typeof bound === 'number' ? bound : none));
      const isTighter = LOWER.includes(keyword) ? (higher ?? 0) > (lower ?? 0) : (higher ?? 0) < (lower ?? 0);
      this.#add(
        `${pointer}/${keyword}`,
        isTighter ? NARROWED : WIDENED,
        `${keyword} was ${from} and is ${to}`,
      );
    }
  }

  #compareFields(before: SchemaNode, after: SchemaNode, pointer: string): void {
    const [were, are] = [fieldsOf(before), fieldsOf(after)];
    const [neededBefore, neededNow] = [requiredIn(before), requiredIn(after)];
    for (const [name, field] of Object.entries(were)) {
      const now = are[name];
      const at = `${pointer}/properties/${escaped(name)}`;
      if (now === undefined)
        this.#add(at, ['meaning'], `the field ${name} is gone, and with it what is written in it`);
      else this.compare(field, now, at);
    }
    for (const name of neededBefore.filter((one) => has(are, one) && !neededNow.includes(one)))
      this.#add(`${pointer}/required`, WIDENED, `the field ${name} may be missing now`);
    for (const name of neededNow.filter((one) => !neededBefore.includes(one)))
      this.#add(`${pointer}/required`, NARROWED, `the field ${name} must be there now`);
    const rest = before['additionalProperties'];
    for (const name of Object.keys(are).filter((one) => !has(were, one))) {
      const at = `${pointer}/properties/${escaped(name)}`;
      if (rest === undefined || rest === true) this.#add(at, ['nobody'], `the field ${name} is new`);
      else this.#add(at, WIDENED, `the field ${name} is new where others were not let pass`);
    }
    this.#compareRest(rest, after['additionalProperties'], `${pointer}/additionalProperties`);
  }

  #compareRest(before: unknown, after: unknown, pointer: string): void {
    if (isNode(before) && isNode(after)) return this.compare(before, after, pointer);
    const [was, is] = [before ?? true, after ?? true];
    if (canonical(was) === canonical(is)) return;
    if (was === true || is === false)
      this.#add(pointer, NARROWED, 'further fields are not let pass as before');
    else this.#add(pointer, WIDENED, 'further fields are let pass that were not before');
  }

  #compareItems(before: SchemaNode, after: SchemaNode, pointer: string): void {
    this.#compareRest(before['items'], after['items'], `${pointer}/items`);
    const [were, are] = [before['prefixItems'], after['prefixItems']];
    const length = Math.max(sizeOf(were), sizeOf(are));
    for (let index = 0; index < length; index += 1)
      this.#compareRest(itemOf(were, index), itemOf(are, index), `${pointer}/prefixItems/${index}`);
  }

  /** Keywords without a rule: whatever is not the same may let down anybody. */
  #compareOthers(
    before: SchemaNode,
    after: SchemaNode,
    pointer: string,
    ruled: ReadonlySet<string> = RULED,
  ): void {
    const keywords = new Set([...Object.keys(assertions(before)), ...Object.keys(assertions(after))]);
    for (const keyword of keywords) {
      if (ruled.has(keyword) || canonical(before[keyword] ?? null) === canonical(after[keyword] ?? null))
        continue;
      const change = `was ${show(before[keyword])} and is ${show(after[keyword])}, which no rule can judge`;
      this.#add(`${pointer}/${keyword}`, UNKNOWN, `${keyword} ${change}`);
    }
  }
}

function isUnion(node: SchemaNode): boolean {
  return UNION.some((keyword) => keyword in node);
}

/** What else a union asks for. */
function withoutUnion(node: SchemaNode): SchemaNode {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !UNION.includes(keyword)));
}

/** What a union allows; another schema is a union of one. */
function alternativesOf(node: SchemaNode): readonly SchemaNode[] {
  const lists = UNION.flatMap((keyword) => node[keyword] ?? []);
  if (lists.length > 0) return lists.filter(isNode);
  const { default: _own, ...rest } = assertions(node);
  return [rest];
}

const ALL_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** The types that are allowed; a number may be an integer. Where nothing is said, the values that are allowed say it. */
function typesOf(node: SchemaNode): readonly string[] {
  const type = node['type'];
  if (type === undefined) return ALL_TYPES;
  const types = [type].flat().map(String);
  return types.includes('number') ? [...new Set([...types, 'integer'])] : types;
}

/** The only values that are allowed, as JSON; null where there is no such list. */
function valuesOf(node: SchemaNode): readonly string[] | null {
  if ('const' in node) return [show(node['const'])];
  return Array.isArray(node['enum']) ? node['enum'].map(show) : null;
}

function fieldsOf(node: SchemaNode): Readonly<Record<string, SchemaNode>> {
  const fields = node['properties'];
  if (!isNode(fields)) return {};
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => (isNode(field) ? [[name, field]] : [])),
  );
}

function requiredIn(node: SchemaNode): readonly string[] {
  return Array.isArray(node['required']) ? node['required'].map(String) : [];
}

function has(fields: object, name: string): boolean {
  return Object.hasOwn(fields, name);
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function itemOf(list: unknown, index: number): unknown {
  return Array.isArray(list) ? list[index] : undefined;
}

function show(value: unknown): string {
  return sorted(value);
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
