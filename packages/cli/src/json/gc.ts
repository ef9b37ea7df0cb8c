import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { RetentionReport } from '@tapps-agents/queue';
import { countSchema, orNull } from './fields.ts';

/** The schema of what `gc` prints. */
export function collectionSchema() {
  return Type.Object({
    dry_run: Type.Boolean({ description: 'nothing was removed: this is what would be' }),
    classes: Type.Array(
      Type.Object({
        class: Type.Enum(['processed', 'dead', 'journals', 'temporary', 'owners', 'records']),
        count: countSchema('how many things: messages, journals, records'),
        files: countSchema('in how many files'),
        bytes: countSchema('how large these are together'),
      }),
    ),
    directories: countSchema('emptied directories; 0 in a dry run'),
    files: countSchema('of all classes'),
    bytes: countSchema('of all classes'),
    failed: countSchema('could not be looked at or removed, and stay; the exit code is 5 then'),
    failures: Type.Array(
      Type.Object({
        place: orNull(Type.String({ description: 'a path below the root' })),
        detail: Type.String({ description: 'what the error says' }),
      }),
      { description: 'the first hundred of them' },
    ),
  });
}

/** The document of `gc`. */
export type CollectionJson = Static<ReturnType<typeof collectionSchema>>;

/** The document of a run of retention. */
export function collectionJson(report: RetentionReport, dryRun: boolean): CollectionJson {
  const names = ['processed', 'dead', 'journals', 'temporary', 'owners', 'records'] as const;
  const classes = names.map((name) => ({ class: name, count: report[name], ...report.classes[name] }));
  return {
    dry_run: dryRun,
    classes,
    directories: report.directories,
    files: classes.reduce((sum, { files }) => sum + files, 0),
    bytes: report.bytes,
    failed: report.failed,
    failures: report.failures.map(({ place, detail }) => ({ place, detail })),
  };
}
