import type { Change, LetDown } from './change.ts';
import {
  allowsNothing,
  alternativesOf,
  fieldsOf,
  firstItemsOf,
  isUnion,
  letsOthersPass,
  requiredIn,
  typesOf,
  unionsIn,
  valuesOf,
  withoutUnion,
} from './schema-keywords.ts';
import {
  asNode,
  assertions,
  canonical,
  isNode,
  refers,
  resolved,
  sorted,
  type SchemaNode,
} from './schema-node.ts';

/**
 * What differs between a released schema and the one of now, both of what a reader accepts.
 *
 * Within a major every reader reads what every writer of it writes, whichever of them is older. So a field that both know must
 * accept exactly the same in both: narrowed, it refuses old messages, and widened, new messages are refused by old readers. What a
 * minor may do is to add optional fields, which old readers let pass. Keywords for which there is no rule, and changes
 * that no rule can judge (a pattern, say), count as incompatible.
 *
 * `documents` are what references within the two lead into, where the schemas are parts of larger documents.
 */
export function compareSchemas(
  released: SchemaNode,
  current: SchemaNode,
  documents: readonly [released: SchemaNode, current: SchemaNode] = [released, current],
): readonly Change[] {
  const comparison = new Comparison(...documents);
  comparison.compare(released, current, '');
  return comparison.changes;
}

/** Keywords by which a greater value allows less, and those by which it allows more. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Keywords with rules of their own. */
const RULED: ReadonlySet<string> = new Set([
  ...LOWER,
  ...UPPER,
  'anyOf',
  'oneOf',
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

/** How deep schemas may be: deeper ones are left to people. */
const MAX_DEPTH = 200;

class Comparison {
  readonly changes: Change[] = [];
  readonly #released: SchemaNode;
  readonly #current: SchemaNode;
  /** Pairs that were or are compared: recursive types come back to themselves. */
  readonly #seen = new Map<SchemaNode, Set<SchemaNode>>();
  #depth = 0;

  constructor(released: SchemaNode, current: SchemaNode) {
    this.#released = released;
    this.#current = current;
  }

  compare(releasedNode: SchemaNode, currentNode: SchemaNode, pointer: string): void {
    const before = resolved(releasedNode, this.#released);
    const after = resolved(currentNode, this.#current);
    // What is joined from a reference and something beside it is another object each time.
    if (this.#meet(before, after) || (releasedNode !== before && this.#meet(releasedNode, currentNode)))
      return;
    if (this.#depth >= MAX_DEPTH)
      return this.#add(
        pointer,
        UNKNOWN,
        `it is more than ${MAX_DEPTH} schemas deep, which no rule can judge`,
      );
    this.#depth += 1;
    this.#comparePair(before, after, pointer);
    this.#depth -= 1;
  }

  /** Whether a pair was met before. */
  #meet(before: SchemaNode, after: SchemaNode): boolean {
    const met = this.#seen.get(before) ?? new Set();
    if (met.has(after)) return true;
    this.#seen.set(before, met.add(after));
    return false;
  }

  #comparePair(before: SchemaNode, after: SchemaNode, pointer: string): void {
    this.#compareDefault(before, after, pointer);
    if (pointer !== '') this.#compareNames(before, after, pointer);
    if (isUnion(before) || isUnion(after)) {
      this.#compareUnions(before, after, pointer);
      return this.#compareBesideUnions(before, after, pointer);
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

  /** A part with an id or a dialect of its own is a document of its own, where references and keywords mean something else. */
  #compareNames(before: SchemaNode, after: SchemaNode, pointer: string): void {
    for (const keyword of ['$id', '$schema'])
      if (before[keyword] !== after[keyword])
        this.#add(`${pointer}/${keyword}`, UNKNOWN, `${keyword} is not as it was, which no rule can judge`);
  }

  /** What a schema asks for beside its alternatives. */
  #compareBesideUnions(before: SchemaNode, after: SchemaNode, pointer: string): void {
    const was = isUnion(before) ? withoutUnion(before) : {};
    const is = isUnion(after) ? withoutUnion(after) : {};
    this.#compareOthers(was, is, pointer, new Set(['default']));
    if (!isUnion(before) || !isUnion(after)) return;
    const [kind, now] = [unionsIn(before).join(' and '), unionsIn(after).join(' and ')];
    if (kind !== now) this.#add(pointer, UNKNOWN, `${kind} is ${now} now, which no rule can judge`);
  }

  #compareUnions(before: SchemaNode, after: SchemaNode, pointer: string): void {
    if (unionsIn(before).length > 1 || unionsIn(after).length > 1) {
      const was = this.#textOf(alternativesOf(before), this.#released);
      if (was !== this.#textOf(alternativesOf(after), this.#current))
        this.#add(pointer, UNKNOWN, 'anyOf beside oneOf is not as it was, which no rule can judge');
      return;
    }
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
    for (const name of neededBefore.filter(
      (one) => !neededNow.includes(one) && (has(are, one) || !has(were, one)),
    ))
      this.#add(`${pointer}/required`, WIDENED, `the field ${name} may be missing now`);
    for (const name of neededNow.filter((one) => !neededBefore.includes(one)))
      this.#add(`${pointer}/required`, NARROWED, `the field ${name} must be there now`);
    const lets = letsOthersPass(before);
    for (const [name, field] of Object.entries(are).filter(([one]) => !has(were, one))) {
      const at = `${pointer}/properties/${escaped(name)}`;
      if (allowsNothing(resolved(field, this.#current)))
        this.#add(at, NARROWED, `the field ${name} was let pass, and nothing is allowed in it now`);
      else if (lets) this.#add(at, ['nobody'], `the field ${name} is new`);
      else this.#add(at, WIDENED, `the field ${name} is new where others were not let pass`);
    }
    this.#compareRest(
      before['additionalProperties'],
      after['additionalProperties'],
      `${pointer}/additionalProperties`,
    );
  }

  #compareRest(before: unknown, after: unknown, pointer: string): void {
    if (isNode(before) && isNode(after)) return this.compare(before, after, pointer);
    const [was, is] = [before ?? true, after ?? true];
    if (canonical(asNode(was)) === canonical(asNode(is))) return;
    if (was === true || is === false)
      this.#add(pointer, NARROWED, 'further fields are not let pass as before');
    else this.#add(pointer, WIDENED, 'further fields are let pass that were not before');
  }

  #compareItems(before: SchemaNode, after: SchemaNode, pointer: string): void {
    this.#compareRest(before['items'], after['items'], `${pointer}/items`);
    const [were, are] = [firstItemsOf(before), firstItemsOf(after)];
    const length = Math.max(were.length, are.length);
    for (let index = 0; index < length; index += 1)
      this.#compareRest(were[index], are[index], `${pointer}/prefixItems/${index}`);
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
      if (ruled.has(keyword)) continue;
      if (this.#textOf(before[keyword], this.#released) === this.#textOf(after[keyword], this.#current))
        continue;
      const change = `was ${show(before[keyword])} and is ${show(after[keyword])}, which no rule can judge`;
      this.#add(`${pointer}/${keyword}`, UNKNOWN, `${keyword} ${change}`);
    }
  }

  /** What is asked for, as text; where references are in it, with the whole document that they may lead into. */
  #textOf(value: unknown, document: SchemaNode): string {
    return canonical(value ?? null) + (refers(value) ? sorted(document) : '');
  }
}

function has(fields: object, name: string): boolean {
  return Object.hasOwn(fields, name);
}

function show(value: unknown): string {
  return sorted(value);
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
