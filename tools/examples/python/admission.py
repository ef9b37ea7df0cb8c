"""What a box offers, and what may be handled of it (sections 4.1, 6 and 7)."""

import logging
from collections import Counter

import messages
import schema
from directory import Box
from messages import Fault
from names import Header, fresh, now_ms, segment, stamp_of, timestamp
from schema import PRIORITIES

COMMON_RETRIES, MOST_RETRIES = 4, 900  # of types without a retry_policy, and of those with one
MOST_DENIALS = 5


class Misnamed(Exception):
    """The name tells another id or type than the message."""


class InOtherHands(Exception):
    """A copy of the message is leased."""


class Handled(Exception):
    """The ledger has the message."""


def is_paused(box: Box) -> bool:
    return any(box.directory.has("locks", "paused", f"{who}.json") for who in ("all", f"agent~{box.name}"))


def ready(box: Box) -> list[Header]:
    """The messages that may be claimed now, the first one first; adopts those under other names (R21, R33)."""
    headers = []
    for name in box.directory.files(*box.waiting):
        if name.startswith((".", "~")) or not name.endswith(".json") or name.endswith(".tmp.json"):
            continue
        header = Header.parse(name)
        if header is None or header.owner:
            try:
                header = adopt(box, name)
            except OSError as error:
                logging.warning("%s cannot be adopted: %s", name, error)  # and keeps back no others
        if header and not header.owner and (header.not_before or 0) <= now_ms():
            headers.append(header)
    return sorted(headers, key=lambda header: (header.priority, header.stamp, str(header)))


def adopt(box: Box, name: str) -> Header | None:
    """Gives a file the name that its content asks for (R22); None if somebody else was first."""
    try:
        content = messages.read_json(box.directory.read(*box.waiting, name, limit=messages.LARGEST))
    except FileNotFoundError:
        return None
    except Fault as fault:
        content = fault.content
    given = schema.valid(schema.ENVELOPE | {"priority": schema.PRIORITY}, content)
    header = Header(
        stamp=stamp_of(given.get("created_at", timestamp(now_ms()))),
        message=segment("message", given["message_id"]) if "message_id" in given else f"unidentified%h{fresh(13)}",
        type=segment("type", given.get("message_type", "unknown")),
        priority=PRIORITIES.index(given.get("priority", "medium")),
    ).renamed()
    source = box.directory.folder(*box.waiting) / name
    return header if box.directory.rename(source, *box.waiting, f"{header}.json") else None


def read(box: Box, lease: Header, denied: Counter) -> dict:
    """The content of a lease. An error that may pass is an OSError, which says nothing about the message (R36)."""
    try:
        return messages.read(box.directory.read(*box.leases, f"{lease}.json", limit=messages.LARGEST))
    except PermissionError as error:
        denied[lease.message] += 1
        if denied[lease.message] < MOST_DENIALS:
            raise
        raise Fault("unreadable", f"Permission was denied {MOST_DENIALS} times: {error}.") from error


def examine(box: Box, lease: Header, message: dict) -> None:
    """Raises what speaks against handling the message. Other leases come before the ledger, see R42."""
    kind, agent = messages.address(message)
    if (kind, agent) != (box.kind, box.agent) and (box.kind == "outbox" or kind == "inbox"):
        sentence = f"The message belongs into the {kind} of {agent}, not into the {box.kind} of {box.agent}."
        raise Fault("misrouted", sentence, content=message)
    if lease._replace(**names_of(message)) != lease:
        raise Misnamed
    others = map(Header.parse, box.directory.files(*box.leases))
    if any(other and other.owner and other.message == lease.message and other != lease for other in others):
        raise InOtherHands
    earlier_writers = [] if lease.run else [("any%h", "any%h", f"{lease.message}.json")]
    if any(box.directory.has(*box.ledger, *entry) for entry in [*earlier_writers, ledger_entry(lease, message)]):
        raise Handled
    if lease.expires is not None and lease.expires <= now_ms():
        raise Fault("expired", f"The message was to be handled before {timestamp(lease.expires)}.", content=message)
    delivered, allowed = lease.deliveries - lease.releases, max(5, retries(message) + 1)
    if delivered > allowed or lease.deliveries == 999 or lease.failures > retries(message):
        sentence = f"The message was delivered {delivered} times, of {allowed}, and failed {lease.failures} times."
        raise Fault("exhausted", sentence, content=message)


def retries(message: dict) -> int:
    """How often a message may be tried again."""
    return min(message["retry_policy"]["max_retries"], MOST_RETRIES) if "retry_policy" in message else COMMON_RETRIES


def names_of(message: dict) -> dict:
    """The fields of a name that the content decides (R25)."""
    return {"message": segment("message", message["message_id"]), "type": segment("type", message["message_type"])}


def ledger_entry(lease: Header, message: dict, suffix: str | None = None) -> tuple[str, str, str]:
    """Where the ledger has the message, or another copy of it (R41, R45)."""
    folder = segment("workflow", message["workflow_id"]), segment("task", message["task_id"])
    return *folder, lease.message + (suffix or (f"~x{lease.run}" if lease.run else "")) + ".json"
