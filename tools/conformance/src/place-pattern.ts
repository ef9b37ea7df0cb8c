/** What may stand for the parts of a name that the program under test chooses: docs/protocol.md, R22, R23, R59. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  nonce: '[0-9a-v]{6}',
  owner: '[0-9a-v]{8}',
  time: '(?<time>[0-9]{1,13})',
  unique: '[0-9A-Za-z-]+',
  unidentified: 'unidentified%h[0-9a-v]{13}',
  stamp: '[0-9]{8}T[0-9]{6}_[0-9]{3}Z',
  type: '[a-z0-9._%-]{1,22}',
  any: '[^./][^/]*',
};

/** A path with placeholders as a regular expression for the whole path. */
export function pathPattern(path: string): RegExp {
  const source = path
    .split(/(\{[a-z]+\})/)
    .map(
      (part) => PLACEHOLDERS[part.slice(1, -1)] ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    );
  return new RegExp(`^${source.join('')}$`);
}

/** What stands for `{time}` in a path; null where the path is of another form. */
export function timeIn(path: string, pattern: string): number | null {
  const time = pathPattern(pattern).exec(path)?.groups?.['time'];
  return time === undefined ? null : Number(time);
}
