import { Type } from 'typebox';
import type { Static } from 'typebox';

/** The schema of what `init` prints. */
export function initSchema() {
  return Type.Object({
    root: Type.String({ description: 'the messages directory' }),
    created: Type.Boolean({ description: 'false where it was there already' }),
  });
}

/** The document of `init`. */
export type InitJson = Static<ReturnType<typeof initSchema>>;

/** The document of a directory that is usable now. */
export function initJson(root: string, created: boolean): InitJson {
  return { root, created };
}
