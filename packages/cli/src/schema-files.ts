/** A schema of a version, or the AsyncAPI document of it. */
export interface SchemaFile {
  readonly name: string;
  readonly version: string;
  readonly kind: 'json_schema' | 'asyncapi';
  /** Its content. */
  load(): Promise<object>;
}

/** The name under which the AsyncAPI document is listed. */
export const ASYNCAPI = 'asyncapi';

const VERSION_1_0: Readonly<Record<string, () => Promise<{ readonly default: object }>>> = {
  task_assignment: () =>
    import('@tapps-agents/contracts/schemas/1.0/task_assignment.json', { with: { type: 'json' } }),
  status_update: () =>
    import('@tapps-agents/contracts/schemas/1.0/status_update.json', { with: { type: 'json' } }),
  task_complete: () =>
    import('@tapps-agents/contracts/schemas/1.0/task_complete.json', { with: { type: 'json' } }),
  envelope: () => import('@tapps-agents/contracts/schemas/1.0/envelope.json', { with: { type: 'json' } }),
  dead_letter_reason: () =>
    import('@tapps-agents/contracts/schemas/1.0/dead_letter_reason.json', { with: { type: 'json' } }),
  [ASYNCAPI]: () => import('@tapps-agents/contracts/asyncapi/1.0/asyncapi.json', { with: { type: 'json' } }),
};

/** Those of every released version, the newest version first: contracts' files, each loaded when it is asked for. */
export const SCHEMA_FILES: readonly SchemaFile[] = [...filesOf('1.0', VERSION_1_0)];

function filesOf(version: string, loaders: typeof VERSION_1_0): readonly SchemaFile[] {
  return Object.entries(loaders).map(([name, load]) => ({
    name,
    version,
    kind: name === ASYNCAPI ? 'asyncapi' : 'json_schema',
    load: async () => (await load()).default,
  }));
}
