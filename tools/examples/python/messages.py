"""What a message is, and what is wrong with one that is none: docs/protocol.md, section 3, R11 to R14, R37, R73."""

import json
import math
import re
from datetime import datetime

LARGEST = 1_048_576
REQUIRED = object()
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|\+00:00)")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Invalid(Exception):
    """A message that cannot be handled: `code` of R37, a sentence, and faults as (pointer, expected, found)."""

    def __init__(self, code, sentence, faults=()):
        super().__init__(sentence)
        self.code, self.faults = code, list(faults)


def is_id(value):
    return isinstance(value, str) and 1 <= len(value) <= 512 and not CONTROL.search(value)


def is_time(value):
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")
        return True
    except ValueError:
        return False


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def integer(low, high=2**53 - 1):
    return lambda value: is_number(value) and value == math.floor(value) and low <= value <= high


def is_text(value):
    return isinstance(value, str)


def is_object(value):
    return isinstance(value, dict)


def maybe(check):
    return lambda value: value is None or check(value)


def one_of(*choices):
    return lambda value: isinstance(value, str) and value in choices


def list_of(check):
    return lambda value: isinstance(value, list) and all(map(check, value))


def map_of(check):
    return lambda value: is_object(value) and all(map(check, value.values()))


def pattern(expression):
    return lambda value: isinstance(value, str) and re.fullmatch(expression, value) is not None


TEXTS = (list_of(is_text), [])
RETRY = {
    "max_retries": (integer(0), 0),
    "backoff_seconds": (integer(0), 60),
    "backoff_multiplier": (lambda value: is_number(value) and value >= 0, 2.0),
    "max_backoff_seconds": (maybe(integer(0)), None),
}
INPUTS = {"files": TEXTS, "config": (is_object, {}), "options": (is_object, {}), "parameters": (is_object, {}), "environment": (map_of(is_text), {})}
RESULTS = {"output_files": TEXTS, "artifacts": TEXTS, "errors": TEXTS, "warnings": TEXTS, "metrics": (map_of(is_number), {}), "output": (is_object, {})}
ENVELOPE = {
    "schema_version": (pattern(r"1\.(0|[1-9][0-9]*)"), REQUIRED),
    "message_type": (pattern(r"[a-z][a-z0-9_]{0,63}"), REQUIRED),
    "message_id": (is_id, REQUIRED),
    "workflow_id": (is_id, REQUIRED),
    "task_id": (is_id, REQUIRED),
    "agent_id": (is_id, REQUIRED),
    "created_at": (is_time, REQUIRED),
    "idempotency_key": (maybe(is_text), None),
    "metadata": (is_object, {}),
}
PRIORITY = one_of("low", "medium", "high")
TYPES = {
    "task_assignment": {
        "assigned_to": (maybe(is_id), None),
        "priority": (PRIORITY, "medium"),
        "inputs": (INPUTS, {}),
        "timeout_seconds": (maybe(integer(0)), None),
        "retry_policy": (RETRY, {}),
    },
    "status_update": {
        "status": (one_of("queued", "in_progress", "blocked", "failed", "completed"), REQUIRED),
        "progress_percent": (maybe(integer(0, 100)), None),
        "current_step": (maybe(is_text), None),
    },
    "task_complete": {"status": (one_of("completed", "failed"), REQUIRED), "results": (RESULTS, {})},
}


def read(data):
    """The JSON value in a message's bytes; raises Invalid for what is none within bounds."""
    if len(data) > LARGEST:
        raise Invalid("too_large", f"The file is larger than {LARGEST} bytes. Send the name of a file that holds the data.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("not_utf8", f"The file is not valid UTF-8: {error}.") from error
    try:
        value = json.loads(text[text.startswith("\ufeff"):], parse_constant=refuse, parse_int=whole)
    except RecursionError as error:
        raise Invalid("too_deep", "The message has more than 64 levels.") from error
    except ValueError as error:
        raise Invalid("not_json", f"The file is not JSON: {error}.") from error
    if depth(value) > 64:
        raise Invalid("too_deep", "The message has more than 64 levels.")
    return value


def check(value):
    """The message in a JSON value, with defaults filled in; raises Invalid with every fault."""
    if not is_object(value):
        raise Invalid("invalid_schema", "The message is no object.", [("", "an object", type(value).__name__)])
    version = value.get("schema_version")
    if isinstance(version, str) and re.fullmatch(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)", version) and not version.startswith("1."):
        raise Invalid("unsupported_version", f"The message has schema_version {version}; this program reads 1.x.")
    kind = value.get("message_type")
    fields = {**ENVELOPE, **TYPES.get(kind if isinstance(kind, str) else "", {})}
    faults = [(pointer, "a number that a 64-bit float can hold", "infinity") for pointer in infinities(value)]
    message = fill(value, fields, "", faults)
    if faults:
        raise Invalid("invalid_schema", f"The message is invalid: {faults[0][0] or 'the whole'} must be {faults[0][1]}, found {faults[0][2]}.", faults)
    if kind not in TYPES:
        raise Invalid("unknown_type", f"Nobody here handles messages of the type {kind}.")
    return message


def fill(value, fields, pointer, faults):
    filled = dict(value)
    for name, (valid, default) in fields.items():
        place, nested = f"{pointer}/{name}", isinstance(valid, dict)
        if name not in value and default is REQUIRED:
            faults.append((place, "there", "nothing"))
        elif nested and (name not in value or is_object(value[name])):
            filled[name] = fill(value.get(name, {}), valid, place, faults)
        elif name not in value:
            filled[name] = default
        elif nested or not valid(value[name]):
            faults.append((place, "valid by its schema", json.dumps(value[name])[:80]))
    return filled


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


def whole(digits):
    return int(digits) if len(digits) <= 300 else float(digits)


def depth(value):
    children = value.values() if is_object(value) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(depth, children), default=0)


def infinities(value, pointer=""):
    """The places of numbers beyond a float's range, such as 1e999."""
    if isinstance(value, float) and math.isinf(value):
        yield pointer
    items = value.items() if is_object(value) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from infinities(item, f"{pointer}/{key}")


def tell(data):
    """What a message that may be invalid tells of itself; None where it does not, or not well-formed (R22)."""
    try:
        value = read(data)
    except Invalid:
        value = None
    fields = {**{name: valid for name, (valid, _) in ENVELOPE.items()}, "priority": PRIORITY}
    told = value if is_object(value) else {}
    return {name: told[name] if name in told and valid(told[name]) else None for name, valid in fields.items()}
