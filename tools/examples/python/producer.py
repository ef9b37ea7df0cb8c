#!/usr/bin/env python3
"""Sends messages: docs/protocol.md, sections 1 to 4. Standard library only.

    python3 producer.py register ROOT AGENT...
    python3 producer.py agents ROOT
    python3 producer.py publish ROOT assigned_to=coder file=a.ts file=b.ts priority=high
"""

import json
import sys
import time
import urllib.parse
import uuid

from directory import Directory, Refused
from messages import ENVELOPE, LARGEST, TYPES, Invalid, check, is_id
from names import RANK, Header, encode, now_text, stamp_of


def register(directory, agent):
    """Makes an agent known: its outbox, then its inbox (R18)."""
    if not is_id(agent):
        raise Refused(f"{agent!r} is no name: 1 to 512 characters, none of them a control character.")
    segment = encode(agent, "agent")
    for box in ("outbox", "inbox"):
        place = directory.path(box, segment)
        directory.make(place)
        if "%h" in segment:
            keep_name(directory, place / ".agent.json", agent)


def agents(directory):
    """The registered agents. Directories that no name is encoded as are somebody else's (R9, R10)."""
    found = []
    for place in directory.path("inbox").iterdir():
        name = known_name(place / ".agent.json") if "%h" in place.name else decode(place.name)
        if name is not None and place.is_dir() and not place.is_symlink() and encode(name, "agent") == place.name:
            found.append(name)
    return sorted(found)


def decode(segment):
    try:
        name = urllib.parse.unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return None
    return name if is_id(name) else None


def known_name(path):
    try:
        name = json.loads(path.read_bytes())["agent_id"]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    return name if is_id(name) else None


def keep_name(directory, path, agent):
    """A shortened name is kept whole beside the messages; it may be another agent's (R10)."""
    known = known_name(path)
    if known is None:
        directory.write(path, json.dumps({"agent_id": agent}))
    elif known != agent:
        raise Refused(f"The name {agent!r} is shortened as {known!r} is. Choose a shorter one.")


def publish(directory, message, delay_ms=None, ttl_ms=None):
    """Puts a message into the box where it belongs, and returns its path (R17, R19, R23)."""
    unknown = message.keys() - ENVELOPE.keys() - TYPES.get(message.get("message_type"), {}).keys()
    if unknown:
        raise Refused(f"The schema does not name {', '.join(sorted(unknown))}.")
    complete = check(message)
    if not complete["created_at"].endswith("Z"):
        raise Refused("created_at must be written with Z.")
    try:
        text = json.dumps(complete, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise Refused(f"The message is not text in UTF-8: {error}.") from error
    if size > LARGEST:
        raise Refused(f"The message has {size} bytes; {LARGEST} are allowed. Send the name of a file that holds the data.")
    is_task = complete["message_type"] == "task_assignment"
    agent = (complete["assigned_to"] or complete["agent_id"]) if is_task else complete["agent_id"]
    box = directory.path("inbox" if is_task else "outbox", encode(agent, "agent"))
    if is_task and not box.is_dir():
        raise Refused(f"No agent {agent!r} is registered here: there is no {box}.")
    now = time.time_ns() // 1_000_000
    header = Header(
        stamp=stamp_of(complete["created_at"]),
        id=encode(complete["message_id"], "message"),
        type=encode(complete["message_type"], "type"),
        priority=RANK[complete.get("priority", "medium")],
        a=None if delay_ms is None else now + delay_ms,
        e=None if ttl_ms is None else now + ttl_ms,
    )
    path = box / f"{header}.json"
    directory.write(path, text, durable=complete["message_type"] != "status_update")
    return path


def new_message(message_type, **fields):
    """A message with its version, an id and the time of now, unless the fields have others."""
    envelope = {"schema_version": "1.0", "message_type": message_type, "message_id": str(uuid.uuid4())}
    return {**envelope, "workflow_id": str(uuid.uuid4()), "task_id": str(uuid.uuid4()), "agent_id": "operator", "created_at": now_text(), **fields}


def message_from(arguments):
    """The message, and the options of `publish`, in arguments `name=value`."""
    fields, options, files = {}, {}, []
    for name, _, value in (argument.partition("=") for argument in arguments):
        if name == "file":
            files.append(value)
        elif name in ("delay_ms", "ttl_ms"):
            options[name] = int(value)
        else:
            fields[name] = int(value) if name == "progress_percent" else value
    if files:
        fields["inputs"] = {"files": files}
    return new_message(fields.pop("message_type", "task_assignment"), **fields), options


def main(command, root, *arguments):
    directory = Directory(root)
    if command == "register":
        for agent in arguments:
            register(directory, agent)
    elif command == "agents":
        print(json.dumps(agents(directory)))
    else:
        message, options = message_from(arguments)
        print(publish(directory, message, **options))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Refused, Invalid, OSError) as error:
        sys.exit(str(error))
