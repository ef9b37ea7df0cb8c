import type { BuiltInMessage } from './built-in-types.ts';
import { conforms } from './check-schema.ts';
import { describeValue } from './describe-value.ts';
import { EnvelopeSchema } from './envelope.ts';
import type { Message } from './envelope.ts';
import type { FaultList } from './fault.ts';
import { fillDefaults } from './fill-defaults.ts';
import type { JsonLimits } from './json-value.ts';
import { isObject } from './json-schema.ts';
import { knownTypes } from './known-types.ts';
import type { KnownTypes } from './known-types.ts';
import { limitsOf } from './limit-options.ts';
import type { LimitOptions } from './limit-options.ts';
import type { MessageDefinition, MessageOf } from './message-definition.ts';
import { invalidMessage, MessageError, subjectOf } from './message-error.ts';
import { peekFields } from './peeked-envelope.ts';
import { readJson } from './read-json.ts';
import { majorOf } from './schema-version.ts';
import { RELEASED_UPCASTERS, UpcasterChain } from './upcaster.ts';
import type { Upcaster } from './upcaster.ts';

/** Options of {@link parseMessage}. */
export interface ParseOptions<Definition extends MessageDefinition = MessageDefinition> extends LimitOptions {
  /** Message types beside the built-in ones. The array is indexed once: do not change it afterwards. */
  readonly definitions?: readonly Definition[] | undefined;
  /** Lifts older major versions; default: the released chain, which is empty. */
  readonly upcasters?: readonly Upcaster[] | undefined;
}

/** A message of a built-in type or of one of these definitions. */
export type ParsedMessage<Definition extends MessageDefinition> = BuiltInMessage | MessageOf<Definition>;

/** What {@link tryParseMessage} returns. */
export type ParseResult<M> =
  | { readonly ok: true; readonly message: M }
  | { readonly ok: false; readonly error: MessageError };

/**
 * Reads one message from bytes, JSON text, or a value that is already parsed.
 *
 * In this order: size, UTF-8 (a byte order mark is skipped), JSON, depth, version, then envelope and type together. The
 * result is a new object: missing optional fields have their defaults, unknown fields are preserved, nothing is converted
 * and no version or id is made up. Any minor of the current major is read; older majors go through the upcasters.
 *
 * @throws MessageError with every fault; ERR_INVALID_DEFINITION is about the options, all other codes about the input
 */
export function parseMessage<Definition extends MessageDefinition = never>(
  input: unknown,
  options?: ParseOptions<Definition>,
): ParsedMessage<Definition>;
export function parseMessage(input: unknown, options: ParseOptions = {}): Message {
  const result = tryParseMessage(input, options);
  if (result.ok) return result.message;
  throw result.error;
}

/**
 * Like {@link parseMessage}, but returns the error. It throws for no input whatsoever, only for options that are wrong.
 *
 * @throws MessageError ERR_INVALID_DEFINITION about the options
 */
export function tryParseMessage<Definition extends MessageDefinition = never>(
  input: unknown,
  options?: ParseOptions<Definition>,
): ParseResult<ParsedMessage<Definition>>;
export function tryParseMessage(input: unknown, options: ParseOptions = {}): ParseResult<Message> {
  const reader: Reader = {
    types: knownTypes(options.definitions),
    upcasters: options.upcasters === undefined ? released : new UpcasterChain(options.upcasters),
    limits: limitsOf(options),
  };
  try {
    return { ok: true, message: read(input, reader) };
  } catch (cause) {
    return { ok: false, error: asMessageError(cause) };
  }
}

const released = new UpcasterChain(RELEASED_UPCASTERS);

interface Reader {
  readonly types: KnownTypes;
  readonly upcasters: UpcasterChain;
  readonly limits: JsonLimits;
}

function read(input: unknown, { types, upcasters, limits }: Reader): Message {
  const { value, faults } = readJson(input, limits);
  if (!isObject(value)) {
    faults.add({ pointer: '', expected: 'a JSON object', found: describeValue(value) });
    throw invalidMessage('message', faults);
  }
  const major = majorOf(value['schema_version']);
  const current = major === null ? value : upcasters.lift(value, major, limits);
  return readCurrent(current, types, faults);
}

/** Reads a message of the current major, or one whose version is missing or malformed, which is then one fault among others. */
function readCurrent(value: Record<string, unknown>, types: KnownTypes, faults: FaultList): Message {
  const type = value['message_type'];
  const definition = typeof type === 'string' ? types.get(type) : undefined;
  const schema = definition?.schema ?? EnvelopeSchema;
  const message = fillDefaults(schema, value);
  if (!conforms<Message>(schema, message, 'reading', faults)) {
    const envelope = peekFields(value);
    throw invalidMessage(subjectOf(definition?.type, envelope), faults, envelope);
  }
  if (definition === undefined) throw unknownType(String(type), types, value);
  return message;
}

/** The error for a message whose envelope is valid and whose type nobody defined. */
export function unknownType(type: string, types: KnownTypes, value: unknown): MessageError {
  const known = [...types.keys()].join(', ');
  return new MessageError(
    'ERR_UNKNOWN_MESSAGE_TYPE',
    `The message type "${type}" is not defined here (known: ${known}). Pass its definition, made with defineMessage.`,
    { envelope: peekFields(value) },
  );
}

/** Whatever a hostile value throws while it is read (a getter, a proxy) becomes an error about that value. */
function asMessageError(cause: unknown): MessageError {
  if (cause instanceof MessageError) return cause;
  const message =
    'The message cannot be read: looking at it failed. Pass bytes, JSON text or plain JSON values.';
  return new MessageError('ERR_INVALID_MESSAGE', message, { cause });
}
