import type { StoredFile } from '@tapps-agents/queue';

type Fields = Record<string, unknown>;

const REDACTED = 'redacted';

/** What stays of a message: who, whom, what kind, when, and how it is to be tried; nothing of what it says. */
const KEPT_FIELDS = [
  'schema_version',
  'message_type',
  'workflow_id',
  'task_id',
  'agent_id',
  'message_id',
  'created_at',
  'assigned_to',
  'priority',
  'timeout_seconds',
  'retry_policy',
  'status',
  'progress_percent',
];
const KEPT_METADATA = ['causation_id', 'traceparent', 'tracestate'];
/** All that is written down of a delivery that was handed back; of what else stands there nobody knows what it says. */
const KEPT_OF_HAND_BACK = ['kind', 'delivery', 'at', 'ready_at', 'agent_id', 'owner', 'pid', 'host'];

/**
 * The file without what messages say: payloads, results, words of errors, notes. Ids, names of agents, types, times and
 * counters stay, and so do the names of the files. What cannot be understood is emptied.
 */
export function redacted(file: StoredFile): StoredFile {
  const redact = redactionFor(file.name);
  if (redact === null) return file;
  return { ...file, bytes: new TextEncoder().encode(redact(new TextDecoder().decode(file.bytes))) };
}

function redactionFor(name: string): ((text: string) => string) | null {
  if (name.endsWith('/')) return null;
  if (/(?:^|\/)(?:layout|record|\.agent)\.json$/.test(name)) return null;
  if (/^locks\/(?:owners|ended)\//.test(name)) return null;
  if (name.startsWith('locks/paused/')) return asJson((pause) => ({ ...pause, note: null }));
  if (name.endsWith('.ndjson')) return (text) => text.split('\n').map(asLine).join('\n');
  if (/^dlq\/.*\.reason\.json$/.test(name) || /\/replayed~[^/]*$/.test(name)) return asJson(reason);
  if (/^journal\/.*\/failure~[^/]*$/.test(name)) return asJson(failure);
  if (/^journal\/.*\/released~[^/]*$/.test(name)) return asJson((value) => only(value, KEPT_OF_HAND_BACK));
  if (/^journal\/.*\/once~[^/]*$/.test(name)) return asJson((step) => ({ ...step, value: null }));
  return asJson(message);
}

function asJson(change: (value: Fields) => Fields): (text: string) => string {
  return (text) => {
    const value = fieldsIn(text);
    return value === null
      ? JSON.stringify({ redacted: true, characters: text.length })
      : JSON.stringify(change(value));
  };
}

function fieldsIn(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function message(value: Fields): Fields {
  const kept = only(value, KEPT_FIELDS);
  const { metadata } = value;
  return isFields(metadata) ? { ...kept, metadata: only(metadata, KEPT_METADATA) } : kept;
}

function only(value: Fields, names: readonly string[]): Fields {
  const kept: Fields = {};
  for (const name of names) if (name in value) kept[name] = value[name];
  return kept;
}

function reason(value: Fields): Fields {
  const history = Array.isArray(value['history']) ? value['history'] : [];
  return {
    ...value,
    reason: REDACTED,
    details: [],
    history: history.map((one: unknown) => (isFields(one) ? failure(one) : one)),
  };
}

function failure(value: Fields): Fields {
  const { error } = value;
  return isFields(error) ? { ...value, error: { ...error, message: REDACTED, stack: null } } : value;
}

/** An item of an operation's set, which may carry a whole message. */
function asLine(line: string): string {
  if (line === '') return line;
  return asJson((item) => {
    const text = item['text'];
    return typeof text === 'string' ? { ...item, text: asJson(message)(text) } : item;
  })(line);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
