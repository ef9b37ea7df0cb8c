import { closedSchema } from './closed-schema.ts';
import { explainFaults } from './explain-faults.ts';
import { FaultList } from './fault.ts';
import { fillDefaults } from './fill-defaults.ts';
import { extendSchema, mapSubschemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { invalidDefinition } from './message-error.ts';

/**
 * Refuses defaults that would be blamed on each sender that leaves the field out: of a value that the field itself refuses, and in
 * places where none is filled in although the JSON Schema says that the field may be missing. The schema is a usable one otherwise.
 *
 * Apart from what is asked of every schema, since it takes milliseconds, which the built-in types need not spend at each start.
 *
 * @throws MessageError ERR_INVALID_DEFINITION
 */
export function refuseUnusableDefaults(type: string, schema: JsonSchema): void {
  const refuse = (problem: string): never => {
    throw invalidDefinition(`The schema of the message type "${type}" ${problem}`);
  };
  const inspection: Inspection = { refuse, named: {}, fields: [] };
  inspect(schema, inspection, true);
  for (const { name, field } of inspection.fields) refuseUnusable(name, field, inspection);
}

interface Inspection {
  readonly refuse: (problem: string) => never;
  /** The schemas that recursive types name. */
  readonly named: Record<string, JsonSchema>;
  /** The fields that have a default. */
  readonly fields: { readonly name: string; readonly field: JsonSchema }[];
}

/** Gathers the fields that have a default, here and below. `isFilled` says whether the defaults of fields are filled in here. */
function inspect(schema: JsonSchema, inspection: Inspection, isFilled: boolean): void {
  Object.assign(inspection.named, schema.$defs);
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(field, 'default')) continue;
    if (!isFilled && schema.required?.includes(name) === true)
      inspection.refuse(
        `has a default for its field ${name} where none is filled in: in a union, an intersection, a record, a tuple or a recursive type. Leave the default out, or make the field optional.`,
      );
    inspection.fields.push({ name, field });
  }
  mapSubschemas(schema, (part, keyword) => {
    const isList = keyword === 'items' && !Array.isArray(schema.items);
    inspect(part, inspection, isFilled && (keyword === 'properties' || isList));
    return part;
  });
}

function refuseUnusable(name: string, field: JsonSchema, { refuse, named }: Inspection): void {
  if (field.default === undefined)
    refuse(`has undefined as the default of its field ${name}. Use null, or make the field optional.`);
  const faults = new FaultList();
  const schema = extendSchema(closedSchema(field), { $defs: named });
  explainFaults(schema, fillDefaults(field, field.default), faults);
  const [fault] = faults.faults;
  if (fault === undefined) return;
  const { pointer, expected, found } = fault;
  refuse(
    `has a default that its own field refuses: ${name}${pointer} must be ${expected}, found ${found}. Correct the default.`,
  );
}
