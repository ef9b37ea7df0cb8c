"""Dead letters: the journal of a message's failures, the reason, and the answer to whoever waits (R49, R52, R55)."""

import json
import logging
import re

import messages
import names
import schema
from directory import Box
from messages import Fault
from names import Header, now_ms, timestamp

KEPT = 100  # failures
FAILURE = re.compile(r"failure~d[0-9]{1,3}~[0-9a-v]{6}\.json")


def record_failure(box: Box, lease: Header, kind: str, by: dict, error: str) -> None:
    """Remembers a failure before the message goes on. `by` is who had it: agent_id, owner, pid, host.

    Where the journal cannot be written this is reported, and keeps the message from nothing (R55: SHOULD).
    """
    failure = {"kind": kind, "delivery": lease.deliveries, "at": timestamp(now_ms()), **by}
    failure["error"] = {"name": "Error", "message": error[:8192]}
    name = f"failure~d{lease.deliveries}~{names.fresh(6)}.json"
    try:
        box.directory.publish(json.dumps(failure).encode(), *box.journal(lease.message), name)
        recorded = [name for name in journal(box, lease.message) if FAILURE.fullmatch(name)]
        for name in sorted(recorded, key=lambda name: int(name.split("~")[1][1:]))[:-KEPT]:
            (box.directory.folder(*box.journal(lease.message)) / name).unlink(missing_ok=True)
    except OSError as error:
        logging.warning("that %s is %s cannot be written down: %s", lease, kind, error)


def journal(box: Box, message: str) -> list[str]:
    """The names in a message's journal; none where it cannot be listed, which is reported."""
    try:
        return box.directory.files(*box.journal(message))
    except OSError as error:
        logging.warning("what is remembered of %s is left out: %s", message, error)
        return []


def history(box: Box, message: str) -> list[dict]:
    """The failures in a message's journal, oldest first; what cannot be read is left out."""
    failures = []
    for name in filter(FAILURE.fullmatch, journal(box, message)):
        try:
            failure = messages.read_json(box.directory.read(*box.journal(message), name, limit=messages.LARGEST))
        except (OSError, Fault):
            continue
        if not [*schema.faults(schema.FAILURE, failure)]:
            failures.append(failure)
    return sorted(failures, key=lambda failure: names.stamp_of(failure["at"]))[-KEPT:]


def reason(box: Box, lease: Header, by: dict, fault: Fault, failed: bool) -> bytes:
    """Why a message is a dead letter, in the form of dead_letter_reason.json."""
    text = {
        "reason_version": "1.0",
        "code": fault.code,
        "reason": fault.sentence,
        "details": fault.details,
        "message": messages.ids(fault.content),
        "origin": {"box": box.kind, "agent_id": box.agent, "file": "/".join((*box.leases, f"{lease}.json"))},
        "quarantined_at": timestamp(now_ms()),
        "quarantined_by": by,
        "deliveries": lease.deliveries,
        "failures": lease.failures + failed,
        "replays": sum(name.startswith("replayed~") for name in journal(box, lease.message)),
        "expires_at": None if lease.expires is None else timestamp(lease.expires),
        "history": history(box, lease.message),
    }
    return json.dumps(text, indent=2).encode()


def answer(box: Box, lease: Header, fault: Fault) -> dict | None:
    """What tells whoever waits for a task that it was given up; None if this is no task, or does not tell its ids."""
    task = messages.ids(fault.content)
    if box.kind != "inbox" or task["message_type"] != "task_assignment" or None in task.values():
        return None
    return {
        "message_type": "task_complete",
        "message_id": names.derived_id(box.agent, task["message_id"], lease.run, "given up"),
        "workflow_id": task["workflow_id"],
        "task_id": task["task_id"],
        "agent_id": box.agent,
        "metadata": {"causation_id": task["message_id"]},
        "status": "failed",
        "results": {"errors": [fault.sentence]},
    }
