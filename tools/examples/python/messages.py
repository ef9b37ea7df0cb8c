"""Messages as bytes (R11, R73): reads them, or tells by the codes of R37 why not; and writes them."""

import json
import math
from typing import Iterator

import names
import schema

LARGEST = 1_048_576  # bytes
DEEPEST = 64  # levels


class Fault(ValueError):
    """What cannot be handled: a code, a sentence for people, details for programs, and the object, if it is one."""

    def __init__(self, code: str, sentence: str, details: list[dict] | None = None, content: object = None):
        super().__init__(sentence)
        self.code, self.details = code, (details or [])[:100]
        self.sentence = sentence.encode(errors="replace").decode()[:8192] or "No reason was given."
        self.content = content if isinstance(content, dict) else {}


def read(octets: bytes) -> dict:
    """The message in these bytes, with its defaults; raises the first Fault of R37 that holds."""
    content = read_json(octets)
    version, type = content.get("schema_version"), content.get("message_type")
    if schema.is_text(version, r"(?!1\.)(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"):
        raise Fault("unsupported_version", f"Version {version[:80]} takes another program.", content=content)
    fields = schema.TYPES.get(type, schema.ENVELOPE) if schema.is_text(type) else schema.ENVELOPE
    details = [*schema.faults(fields, content), *out_of_range(content)]
    if details:
        where = ", ".join(detail["pointer"] for detail in details[:5])
        raise Fault("invalid_schema", f"The message breaks its schema at {where}.", details, content)
    if fields is schema.ENVELOPE:
        raise Fault("unknown_type", f"Nobody here handles the type {type}.", content=content)
    return schema.filled(fields, content)


def read_json(octets: bytes) -> dict:
    """The JSON object in these bytes, whatever its fields are."""
    if len(octets) > LARGEST:
        raise Fault("too_large", f"A message has at most {LARGEST} bytes.")
    content = None
    try:
        content = json.loads(octets.decode("utf-8-sig"), parse_int=integer, parse_constant=no_number)
        deepest = max(level for _, value, level in inside(content) if isinstance(value, (dict, list)) or level == 1)
    except UnicodeDecodeError as error:
        raise Fault("not_utf8", f"The file is not UTF-8: {error}.") from None
    except ValueError as error:
        raise Fault("not_json", f"The file is not JSON: {error}.") from None
    except RecursionError:  # after about a thousand levels
        deepest = math.inf
    if deepest > DEEPEST:
        raise Fault("too_deep", f"A message has at most {DEEPEST} levels.", content=content)
    if not isinstance(content, dict):
        raise Fault("invalid_schema", "A message is an object.", [schema.fault("", "an object", content)])
    return content


def integer(digits: str) -> int | float:
    """Python refuses integers of thousands of digits; as floats they are infinite, and found to be out of range."""
    return int(digits) if len(digits) < 300 else float(digits)


def no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def inside(value: object, pointer: str = "", level: int = 1) -> Iterator[tuple[str, object, int]]:
    """The value and all that is in it, each with its JSON Pointer and its level."""
    yield pointer, value, level
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from inside(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", level + 1)


def out_of_range(content: dict) -> Iterator[dict]:
    for pointer, value, _ in inside(content):
        if isinstance(value, float) and math.isinf(value):
            yield schema.fault(pointer, "a number that a 64-bit float can hold", "a number beyond it")


def write(message: dict) -> bytes:
    """The bytes of a message, which has to be valid and to have nothing but what the schema names (R12)."""
    octets = json.dumps(message, ensure_ascii=False, allow_nan=False, indent=2).encode()
    whole = read(octets)
    extra = [*schema.unnamed(schema.TYPES[whole["message_type"]], whole)]
    if extra or not message["created_at"].endswith("Z"):
        raise Fault("invalid_schema", "Times are written with Z, and no field that the schema does not name.", extra)
    return octets


def ids(content: dict) -> dict:
    """What the content says of these, each of them null where it says nothing that can be an id (R52)."""
    known = ("message_id", "message_type", "workflow_id", "task_id")
    return {name: content[name] if names.is_id(content.get(name)) else None for name in known}


def address(message: dict) -> tuple[str, str]:
    """The box and the agent that a message goes to (R17)."""
    if message["message_type"] == "task_assignment":
        return "inbox", message.get("assigned_to") or message["agent_id"]
    return "outbox", message["agent_id"]
