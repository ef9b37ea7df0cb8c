import type { TSchema } from 'typebox';
import { archiveLineSchema, exportSchema, importSchema } from './archive.ts';
import { agentSchema } from './agent.ts';
import { agentsSchema, registrationSchema } from './agents.ts';
import { answerSchema } from './answer.ts';
import { completionSchema } from './completion.ts';
import { diagnosisSchema } from './doctor.ts';
import { deadLetterGroupsSchema, deadLetterSchema } from './dlq.ts';
import { drainSchema } from './drain.ts';
import { errorSchema, warningSchema } from './error.ts';
import { collectionSchema } from './gc.ts';
import { initSchema } from './init.ts';
import { inspectionSchema } from './inspect.ts';
import { messageSchema } from './message.ts';
import { operationSchema } from './operation.ts';
import { pausedSchema } from './pause.ts';
import { receivedSchema } from './receive.ts';
import { purgeSchema } from './purge.ts';
import { replayStepSchema } from './replay.ts';
import { resumedSchema } from './resume.ts';
import { jsonSchemaSchema, schemaEntrySchema } from './schema.ts';
import { sentSchema } from './send.ts';
import { validationSchema } from './validate.ts';
import { settledSchema } from './settle.ts';
import { snapshotSchema, watchEventSchema } from './watch.ts';
import { workEventSchema } from './work.ts';

/** A kind of document that `--json` prints. */
export interface DocumentKind {
  /** Its name: that of its schema file. */
  readonly name: string;
  /** The command lines that print it. */
  readonly printedBy: readonly string[];
  /** How it comes: one for a call, or one a line; errors and warnings are on standard error. */
  readonly comes: 'one' | 'one a line' | 'on standard error';
  readonly schema: TSchema;
}

/**
 * Every kind of document that `--json` prints. They are the cli's promise to scripts: fields are added, never renamed or
 * removed, whatever the queue's own types do. Names are those of the wire format; moments are RFC 3339 in UTC, lengths of
 * time end in `_ms`. A command that prints a new kind adds it here; the schema files and docs/json.md are generated from this list.
 */
export function documents(): readonly DocumentKind[] {
  return [
    { name: 'init', printedBy: ['init'], comes: 'one', schema: initSchema() },
    { name: 'agents', printedBy: ['agents'], comes: 'one', schema: agentsSchema() },
    { name: 'registration', printedBy: ['agents register'], comes: 'one', schema: registrationSchema() },
    { name: 'sent', printedBy: ['send'], comes: 'one a line', schema: sentSchema() },
    { name: 'answer', printedBy: ['send'], comes: 'one', schema: answerSchema() },
    { name: 'inspection', printedBy: ['inspect'], comes: 'one', schema: inspectionSchema() },
    { name: 'agent', printedBy: ['inspect AGENT'], comes: 'one', schema: agentSchema() },
    {
      name: 'message',
      printedBy: ['inspect ID', 'dlq show ID'],
      comes: 'one a line',
      schema: messageSchema(),
    },
    { name: 'diagnosis', printedBy: ['doctor'], comes: 'one', schema: diagnosisSchema() },
    { name: 'dead_letter_groups', printedBy: ['dlq'], comes: 'one', schema: deadLetterGroupsSchema() },
    { name: 'dead_letter', printedBy: ['dlq list'], comes: 'one a line', schema: deadLetterSchema() },
    { name: 'replay_step', printedBy: ['replay'], comes: 'one a line', schema: replayStepSchema() },
    {
      name: 'operation',
      printedBy: ['replay --log', 'purge --log'],
      comes: 'one a line',
      schema: operationSchema(),
    },
    { name: 'work_event', printedBy: ['work'], comes: 'one a line', schema: workEventSchema() },
    { name: 'received', printedBy: ['receive'], comes: 'one a line', schema: receivedSchema() },
    {
      name: 'settled',
      printedBy: ['ack', 'retry', 'reject', 'snooze', 'renew'],
      comes: 'one',
      schema: settledSchema(),
    },
    { name: 'watch_snapshot', printedBy: ['watch'], comes: 'one a line', schema: snapshotSchema() },
    { name: 'watch_event', printedBy: ['watch'], comes: 'one a line', schema: watchEventSchema() },
    { name: 'paused', printedBy: ['pause'], comes: 'one', schema: pausedSchema() },
    { name: 'resumed', printedBy: ['resume'], comes: 'one', schema: resumedSchema() },
    { name: 'schema_entry', printedBy: ['schema --list'], comes: 'one a line', schema: schemaEntrySchema() },
    { name: 'json_schema', printedBy: ['schema TYPE'], comes: 'one', schema: jsonSchemaSchema() },
    { name: 'validation', printedBy: ['validate'], comes: 'one a line', schema: validationSchema() },
    { name: 'drain', printedBy: ['drain'], comes: 'one', schema: drainSchema() },
    { name: 'purge', printedBy: ['purge'], comes: 'one', schema: purgeSchema() },
    { name: 'export', printedBy: ['export'], comes: 'one', schema: exportSchema() },
    { name: 'archive_line', printedBy: ['export -'], comes: 'one a line', schema: archiveLineSchema() },
    { name: 'import', printedBy: ['import'], comes: 'one', schema: importSchema() },
    { name: 'collection', printedBy: ['gc'], comes: 'one', schema: collectionSchema() },
    { name: 'completion', printedBy: ['completion'], comes: 'one', schema: completionSchema() },
    { name: 'error', printedBy: ['every command'], comes: 'on standard error', schema: errorSchema() },
    { name: 'warning', printedBy: ['every command'], comes: 'on standard error', schema: warningSchema() },
  ];
}
