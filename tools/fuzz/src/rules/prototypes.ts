import { Violation } from '../target.ts';

const GUARDED: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Error.prototype,
  Map.prototype,
  Promise.prototype,
  Uint8Array.prototype,
];

const before = GUARDED.map((prototype) => Reflect.ownKeys(prototype).length);
const methods = Reflect.ownKeys(Object.prototype).map((key) => [
  key,
  Object.getOwnPropertyDescriptor(Object.prototype, key)?.value,
]);

/** Throws when anything was added to a built-in prototype, or taken from it, or a method of every object was replaced. */
export function prototypesMustBeClean(): void {
  for (const [index, prototype] of GUARDED.entries()) {
    const keys = Reflect.ownKeys(prototype);
    if (keys.length === before[index]) continue;
    const last = keys.at(-1);
    if (last !== undefined && keys.length > (before[index] ?? 0)) Reflect.deleteProperty(prototype, last);
    throw new Violation('prototype polluted', `a built-in prototype has ${String(last)} now`);
  }
  for (const [key, value] of methods) {
    if (Object.getOwnPropertyDescriptor(Object.prototype, key as PropertyKey)?.value !== value)
      throw new Violation('prototype polluted', `Object.prototype.${String(key)} was replaced`);
  }
}

/** Throws where a value that was read has an object in it whose prototype is not that of plain objects and lists. */
export function mustBePlain(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    throw new Violation('prototype polluted', `${what} holds an object with a prototype of its own`);
  for (const inner of Object.values(value)) mustBePlain(inner, what);
}
