import { Type } from 'typebox';
import type { Static } from 'typebox';
import { countSchema } from './fields.ts';

/** The schema of what `export` prints, unless the archive itself goes to standard output. */
export function exportSchema() {
  return Type.Object({
    file: Type.String({ description: 'where it is' }),
    files: countSchema('how many files are in it'),
    bytes: countSchema('how large these are together'),
    redacted: Type.Boolean({ description: 'nothing of what messages say is in it' }),
    skipped: countSchema('how many were left out: no files of a queue, or not to be read'),
  });
}

/** The document of `export`. */
export type ExportJson = Static<ReturnType<typeof exportSchema>>;

/** The schema of what `import` prints. */
export function importSchema() {
  return Type.Object({
    root: Type.String({ description: 'the messages directory' }),
    dry_run: Type.Boolean({ description: 'nothing was changed: this is what would be' }),
    restored: countSchema('how many files and boxes were taken in'),
    present: countSchema('how many were there already, or came twice, and were left as they are'),
    not_taken_over: countSchema('sessions and pauses, which mean something only where they were'),
    refused: countSchema('what is no file of a queue, or does not lie where one does'),
  });
}

/** The document of `import`. */
export type ImportJson = Static<ReturnType<typeof importSchema>>;

/** A line of an archive in NDJSON. */
export function archiveLineSchema() {
  return Type.Object({
    path: Type.String({ description: 'below the messages directory; one that ends in / is a box' }),
    modified_at: Type.String({ format: 'date-time' }),
    text: Type.Optional(Type.String({ description: 'its content' })),
    base64: Type.Optional(Type.String({ description: 'its content, where it is not UTF-8' })),
  });
}
