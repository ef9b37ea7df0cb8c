import { CliError } from '../cli-error.ts';

/** The options that say what is in a message: alone they make one, beside a file they change each of its messages. */
export const DRAFT_OPTIONS = {
  type: {
    type: 'string',
    requiresArg: true,
    describe: 'message_type (default: task_assignment)',
  },
  workflow: { type: 'string', requiresArg: true, describe: 'workflow_id' },
  task: { type: 'string', requiresArg: true, describe: 'task_id' },
  from: { type: 'string', requiresArg: true, describe: 'agent_id: who writes it (default: operator)' },
  id: { type: 'string', requiresArg: true, describe: 'message_id (default: a new one)' },
  priority: { choices: ['low', 'medium', 'high'], requiresArg: true, describe: 'Of a task' },
  input: {
    type: 'string',
    requiresArg: true,
    describe:
      'files=PATH, or a field of config, options, parameters or environment: config.strict=true; may be repeated',
  },
  set: {
    type: 'string',
    requiresArg: true,
    describe: 'Any field: PATH=VALUE, e.g. retry_policy.max_retries=3; may be repeated',
  },
} as const;

/** What yargs makes of {@link DRAFT_OPTIONS}. */
export interface DraftArguments {
  readonly type?: string | undefined;
  readonly workflow?: string | undefined;
  readonly task?: string | undefined;
  readonly from?: string | undefined;
  readonly id?: string | undefined;
  readonly priority?: string | undefined;
  readonly input?: string | readonly string[] | undefined;
  readonly set?: string | readonly string[] | undefined;
}

/** One field and its value: `['retry_policy', 'max_retries']` and 3. `append`: one more of a list. */
interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly append: boolean;
}

/** A draft with what the options say: a new object, as deep as they reach. */
export type Overlay = (draft: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Names that are no fields of any message, and would reach into every object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** As deep as messages are. */
const MOST_STEPS = 64;

/**
 * What the options change; undefined where none is given. Values are JSON where they are (`3`, `true`, `["a"]`), else text;
 * those of `environment` are always text.
 *
 * @throws CliError `ERR_USAGE` for an assignment that is none
 */
export function overlayFrom(options: DraftArguments): Overlay | undefined {
  const { type, workflow, task, from, id, priority } = options;
  const named = {
    message_type: type,
    workflow_id: workflow,
    task_id: task,
    agent_id: from,
    message_id: id,
    priority,
  };
  const assignments: Assignment[] = [
    ...Object.entries(named).flatMap(([field, value]) =>
      value === undefined ? [] : [{ path: [field], value, append: false }],
    ),
    ...listOf(options.input).map(inputAssignment),
    ...listOf(options.set).map((text) => assignment(text, '--set')),
  ];
  if (assignments.length === 0) return undefined;
  return (draft) => {
    const copy = structuredClone(draft) as Record<string, unknown>;
    for (const each of assignments) assign(copy, each);
    return copy;
  };
}

/**
 * The draft of a message that is given by options alone.
 *
 * @throws CliError `ERR_USAGE` where it is not said whose task it is
 */
export function draftFrom(overlay: Overlay): Record<string, unknown> {
  const draft = overlay({ message_type: 'task_assignment', agent_id: 'operator' });
  for (const [field, option] of [
    ['workflow_id', 'workflow'],
    ['task_id', 'task'],
  ] as const) {
    if (draft[field] === undefined) {
      throw new CliError('ERR_USAGE', `--${option} must be given: every message belongs to a ${option}.`);
    }
  }
  return draft;
}

function inputAssignment(text: string): Assignment {
  const { path, value, append } = assignment(text, '--input');
  const isFile = path.length === 1 && path[0] === 'files';
  const isText = isFile || path[0] === 'environment';
  const given = text.slice(text.indexOf('=') + 1);
  return { path: ['inputs', ...path], value: isText ? given : value, append: append || isFile };
}

function assignment(text: string, option: string): Assignment {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  const isPath =
    at > 0 && path.length <= MOST_STEPS && path.every((step) => step !== '' && !FORBIDDEN.has(step));
  if (!isPath) {
    throw new CliError(
      'ERR_USAGE',
      `${option} needs PATH=VALUE, such as ${option === '--set' ? 'retry_policy.max_retries=3' : 'files=a.ts'}; got ${JSON.stringify(text)}.`,
    );
  }
  return { path, value: valueOf(text.slice(at + 1)), append: false };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function assign(draft: Record<string, unknown>, { path, value, append }: Assignment): void {
  let place = draft;
  for (const step of path.slice(0, -1)) {
    const next = place[step];
    const inner = isObject(next) ? next : {};
    place[step] = inner;
    place = inner;
  }
  const last = path.at(-1) ?? '';
  const present = place[last];
  place[last] = append ? [...(Array.isArray(present) ? (present as unknown[]) : []), value] : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
