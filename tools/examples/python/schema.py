"""The fields of a message (R12 to R14): what each has to be, what is wrong with a given one, what is left out."""

import copy
import json
import re
from typing import Iterator

import names

REQUIRED = object()  # in the place of a default
PRIORITIES = ("high", "medium", "low")


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)  # in Python, True is an int


def is_count(value: object, highest: int = 2**53 - 1) -> bool:
    return is_number(value) and 0 <= value <= highest and value % 1 == 0  # 5.0 is an integer (R73)


def is_map(value: object, test) -> bool:
    return isinstance(value, dict) and all(map(test, value.values()))


def is_text(value: object, pattern: str = r"(?s).*") -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


KINDS = {
    "null": lambda value: value is None,
    "a string": is_text,
    "an id": names.is_id,
    "a time in UTC": lambda value: names.stamp_of(value) is not None,
    "a version 1.x": lambda value: is_text(value, r"1\.(0|[1-9][0-9]*)"),
    "the name of a type": lambda value: is_text(value, r"[a-z][a-z0-9_]{0,63}"),
    "an integer from 0": is_count,
    "an integer from 0 to 100": lambda value: is_count(value, 100),
    "a number from 0": lambda value: is_number(value) and value >= 0,
    "a list of strings": lambda value: isinstance(value, list) and all(map(is_text, value)),
    "an object": lambda value: isinstance(value, dict),
    "an object of strings": lambda value: is_map(value, is_text),
    "an object of numbers": lambda value: is_map(value, is_number),
}

# A field is what it has to be, and what it is when left out. What it has to be is kinds or words with "or" between
# them, or, for an object that has some, its fields.
ENVELOPE = {
    "schema_version": ("a version 1.x", REQUIRED),
    "message_type": ("the name of a type", REQUIRED),
    **{name: ("an id", REQUIRED) for name in ("message_id", "workflow_id", "task_id", "agent_id")},
    "created_at": ("a time in UTC", REQUIRED),
    "idempotency_key": ("a string or null", None),
    "metadata": ("an object", {}),
}
PRIORITY = (" or ".join(PRIORITIES), "medium")
INPUTS = {
    "files": ("a list of strings", []),
    **{name: ("an object", {}) for name in ("config", "options", "parameters")},
    "environment": ("an object of strings", {}),
}
RETRY_POLICY = {
    "max_retries": ("an integer from 0", 0),
    "backoff_seconds": ("an integer from 0", 60),
    "backoff_multiplier": ("a number from 0", 2.0),
    "max_backoff_seconds": ("an integer from 0 or null", None),
}
RESULTS = {
    **{name: ("a list of strings", []) for name in ("output_files", "artifacts", "errors", "warnings")},
    "metrics": ("an object of numbers", {}),
    "output": ("an object", {}),
}
TYPES = {
    "task_assignment": ENVELOPE
    | {
        "assigned_to": ("an id or null", None),
        "priority": PRIORITY,
        "inputs": (INPUTS, {}),
        "timeout_seconds": ("an integer from 0 or null", None),
        "retry_policy": (RETRY_POLICY, {}),
    },
    "status_update": ENVELOPE
    | {
        "status": ("queued or in_progress or blocked or failed or completed", REQUIRED),
        "progress_percent": ("an integer from 0 to 100 or null", None),
        "current_step": ("a string or null", None),
    },
    "task_complete": ENVELOPE | {"status": ("completed or failed", REQUIRED), "results": (RESULTS, {})},
}
FAILURE = {
    "kind": ("failed or timed_out or lost or rejected", REQUIRED),
    "delivery": ("an integer from 0", REQUIRED),
    "at": ("a time in UTC", REQUIRED),
    "error": ({"name": ("a string", REQUIRED), "message": ("a string", REQUIRED)}, REQUIRED),
}


def holds(value: object, expected: str) -> bool:
    return any(KINDS[word](value) if word in KINDS else value == word for word in expected.split(" or "))


def fault(pointer: str, expected: str, found: object) -> dict:
    return {"pointer": pointer[:1024], "expected": expected, "found": json.dumps(found)[:1024]}


def faults(fields: dict, value: dict, pointer: str = "") -> Iterator[dict]:
    """What is wrong with the fields that are there, and which are missing."""
    for name, (expected, default) in fields.items():
        found, where = value.get(name, default), f"{pointer}/{name}"
        if found is REQUIRED:
            yield {"pointer": where, "expected": str(expected), "found": "nothing"}
        elif isinstance(expected, str):
            if not holds(found, expected):
                yield fault(where, expected, found)
        elif isinstance(found, dict):
            yield from faults(expected, found, where)
        else:
            yield fault(where, "an object", found)


def valid(fields: dict, value: dict) -> dict:
    """Those of the fields that are there and valid."""
    return {name: value[name] for name in fields if name in value and not [*faults({name: fields[name]}, value)]}


def unnamed(fields: dict, value: dict, pointer: str = "") -> Iterator[dict]:
    """Fields that the schema does not name: a reader ignores them, a writer must not write them (R12)."""
    for name, found in value.items():
        if name not in fields:
            yield fault(f"{pointer}/{name}", "no such field", found)
        elif isinstance(fields[name][0], dict):
            yield from unnamed(fields[name][0], found, f"{pointer}/{name}")


def filled(fields: dict, value: dict) -> dict:
    """A valid value with the defaults of what it leaves out."""
    defaults = {name: copy.deepcopy(default) for name, (_, default) in fields.items() if name not in value}
    whole = value | defaults
    nested = {name: filled(kind, whole[name]) for name, (kind, _) in fields.items() if isinstance(kind, dict)}
    return whole | nested
