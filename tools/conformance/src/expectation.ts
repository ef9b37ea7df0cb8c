import { isDeepStrictEqual } from 'node:util';
import { pathPattern } from './place-pattern.ts';
import { survey } from './tree.ts';

/** What a file must hold: these bytes; or whatever the judge accepts, who says what is wrong with it, or nothing. */
export type Content = string | Uint8Array | ((content: Buffer, path: string) => string | undefined);

/** Which files must be there, by paths with placeholders; each stands for exactly one file. */
export type Expectation = Readonly<Record<string, Content>>;

/** The implementation did something else than the protocol says. */
export class Difference extends Error {
  override readonly name = 'Difference';
}

/** Directories whose content a case speaks of only if it wants to. */
const UNSPOKEN = [
  /^locks\/(owners|ended|mutexes)\//,
  /^journal\//,
  /^layout\.json$/,
  /^\.gitignore$/,
  /\/\.agent\.json$/,
];

/** How the directory differs from what is expected, in lines for people; none where it does not. */
export function differences(root: string, expected: Expectation): string[] {
  const found = survey(root);
  const lines: string[] = [];
  for (const [pattern, content] of Object.entries(expected)) {
    const matching = [...found.keys()].filter((path) => pathPattern(pattern).test(path));
    if (matching.length !== 1)
      lines.push(
        matching.length === 0 ? `missing: ${pattern}` : `${matching.length} instead of one: ${pattern}`,
      );
    for (const path of matching) {
      const fault = faultOf(found.get(path) ?? Buffer.alloc(0), content, path);
      if (fault !== undefined) lines.push(`${path}: ${fault}`);
      found.delete(path);
    }
  }
  for (const path of found.keys()) {
    if (!UNSPOKEN.some((unspoken) => unspoken.test(path))) lines.push(`should not be there: ${path}`);
  }
  return lines;
}

/** A judge of a JSON object that must have these fields, and may have others. */
export function jsonWith(fields: Readonly<Record<string, unknown>>): Content {
  return (content) => {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    } catch (error) {
      return `no JSON in UTF-8: ${String(error)}`;
    }
    return faultOfFields(value, fields);
  };
}

/** A content that nobody looks at. */
export const anything: Content = () => undefined;

/** What is wrong with a value that must have these fields, objects among them likewise; a function judges a value by itself. */
export function faultOfFields(
  value: unknown,
  fields: Readonly<Record<string, unknown>>,
  at = '',
): string | undefined {
  if (typeof value !== 'object' || value === null)
    return `${at || 'the whole'} is ${JSON.stringify(value)}, not an object`;
  for (const [key, wanted] of Object.entries(fields)) {
    const found = (value as Record<string, unknown>)[key];
    const place = `${at}/${key}`;
    if (typeof wanted === 'function') {
      const fault: unknown = (wanted as (found: unknown) => unknown)(found);
      if (fault !== true)
        return `${place} is ${JSON.stringify(found)}${typeof fault === 'string' ? `: ${fault}` : ''}`;
    } else if (typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted)) {
      const fault = faultOfFields(found, wanted as Record<string, unknown>, place);
      if (fault !== undefined) return fault;
    } else if (!isDeepStrictEqual(found, wanted)) {
      return `${place} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`;
    }
  }
  return undefined;
}

function faultOf(content: Buffer, expected: Content, path: string): string | undefined {
  if (typeof expected === 'function') return expected(content, path);
  return content.equals(Buffer.from(expected))
    ? undefined
    : `its bytes are others: ${JSON.stringify(content.toString().slice(0, 200))}`;
}
