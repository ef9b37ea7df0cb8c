import type { Static, TArray, TObject, TOptional, TProperties, TSchema } from 'typebox';
import type { Envelope, Message } from './envelope.ts';

/** Options of a builder. */
export interface BuildOptions {
  /** Wall clock in milliseconds since 1970, for `created_at` and the message id; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * A message type: call it to build a message, or hand it to `parseMessage` so that messages of its type are understood.
 *
 * `schema` describes a whole message, envelope included, with every default filled in.
 */
export interface MessageDefinition<M extends Message = Message, Input = never> {
  /**
   * Builds a message: fills in version, type, id, time and every default, and validates strictly.
   *
   * @throws MessageError ERR_INVALID_MESSAGE with every fault, ERR_MESSAGE_TOO_LARGE, ERR_MESSAGE_TOO_DEEP
   */
  (input: Input, options?: BuildOptions): M;
  /** The message type, as in `message_type`. */
  readonly type: M['message_type'];
  /** The TypeBox schema of a whole message of this type. */
  readonly schema: TObject;
  /** What a reader accepts, as JSON Schema (draft 2020-12) with an `$id`; a new object at each call. */
  jsonSchema(): Record<string, unknown>;
}

/** The static type of the messages of a definition: `MessageOf<typeof taskAssignment>`. */
export type MessageOf<Definition> = Definition extends (input: never, ...rest: never[]) => infer M
  ? M
  : never;

/** A message of a type with these fields. */
export type DefinedMessage<Name extends string, Fields extends TProperties> = Flat<
  Omit<Envelope, 'message_type'> & { message_type: Name } & Static<TObject<Fields>>
>;

/**
 * What a builder takes: the ids, the fields of the type, and what else of the envelope the caller wants to choose.
 *
 * Fields with a default (see `withDefault`) may be left out, at every level; arrays may be readonly.
 */
export type MessageInput<Fields extends TProperties> = Flat<
  Pick<Envelope, 'workflow_id' | 'task_id' | 'agent_id'> &
    Partial<Pick<Envelope, 'message_id' | 'created_at' | 'idempotency_key'>> & {
      metadata?: Readonly<Record<string, unknown>>;
    } & FieldsInput<Fields>
>;

type FieldsInput<Fields extends TProperties> = Flat<
  {
    [Key in keyof Fields as MayBeLeftOut<Fields[Key]> extends true ? never : Key]: FieldInput<Fields[Key]>;
  } & {
    [Key in keyof Fields as MayBeLeftOut<Fields[Key]> extends true ? Key : never]?: FieldInput<Fields[Key]>;
  }
>;

type MayBeLeftOut<Schema extends TSchema> = Schema extends { default: unknown } | TOptional ? true : false;

type FieldInput<Schema extends TSchema> =
  Schema extends TObject<infer Fields>
    ? FieldsInput<Fields>
    : Schema extends TArray<infer Item>
      ? readonly FieldInput<Item>[]
      : Static<Schema>;

type Flat<T> = { [Key in keyof T]: T[Key] } & {};
