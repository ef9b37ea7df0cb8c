#!/usr/bin/env python3
"""A producer: registers agents and sends messages (sections 1 to 4 of docs/protocol.md).

    python3 producer.py register ROOT AGENT...
    python3 producer.py agents ROOT
    python3 producer.py publish ROOT assigned_to=coder agent_id=planner workflow_id=w-1 task_id=t-1 file=a.py

What cannot be sent is refused with an error, and has changed nothing (R74).
"""

import difflib
import json
import logging
import re
import sys
import uuid

import messages
from directory import Box, Directory
from names import Header, id_of, moment_in, now_ms, segment, stamp_of, timestamp
from schema import PRIORITIES


class Producer:
    """Sends into a messages directory."""

    def __init__(self, directory: Directory):
        self.directory = directory

    def register(self, agent: str) -> None:
        """Registers an agent. `inbox/<agent>` is the registration, so it comes last (R18)."""
        boxes = [Box(self.directory, kind, agent) for kind in ("outbox", "inbox")]
        for box in boxes:
            self.expect(box)
        for box in boxes:
            self.make(box)

    def agents(self) -> list[str]:
        """The names of the registered agents, as far as anybody can tell them."""
        folders = [entry.name for entry in self.directory.entries("inbox") if entry.is_dir(follow_symlinks=False)]
        named = {}
        for name in folders:
            try:
                named[name] = self.named("inbox", name) if "%h" in name else id_of("agent", name)
            except (OSError, ValueError) as error:
                logging.warning("an agent is left out: %s", error)  # and keeps nobody from the others (R10)
        return [agent for name, agent in named.items() if agent and segment("agent", agent) == name]

    def send(self, message: dict, delay_ms: int = 0, ttl_ms: int | None = None) -> None:
        """Sends a message, which is to be handled not before a delay, and not after its time to live."""
        self.directory.publish(*self.prepare(message, delay_ms, ttl_ms))

    def prepare(self, message: dict, delay_ms: int = 0, ttl_ms: int | None = None) -> tuple[bytes, str, str, str]:
        """The bytes of a message, in which version, id and time may be left out, and its place; or refuses it."""
        made = {"schema_version": "1.0", "message_id": str(uuid.uuid4()), "created_at": timestamp(now_ms())}
        message = {**made, **message}
        octets = messages.write(message)
        box = Box(self.directory, *messages.address(message))
        self.expect(box)
        if box.kind == "outbox":
            self.make(box)
        elif not self.directory.has(*box.waiting):
            close = difflib.get_close_matches(box.agent, self.agents(), 1)
            raise ValueError(f"{box.agent!r} is not registered" + (f": did you mean {close[0]!r}?" if close else ""))
        header = Header(
            stamp=stamp_of(message["created_at"]),
            message=segment("message", message["message_id"]),
            type=segment("type", message["message_type"]),
            priority=PRIORITIES.index(message.get("priority", "medium")),
            not_before=moment_in(delay_ms) if delay_ms else None,
            expires=None if ttl_ms is None else moment_in(ttl_ms),
        )
        return octets, *box.waiting, f"{header.renamed()}.json"

    def named(self, *folder: str) -> str | None:
        """Whose box it is, by the file that says so where a name is shortened (R10); None if there is none.

        One that cannot be read is an error, and left as it is: it may be another agent's.
        """
        place = "/".join((*folder, ".agent.json"))
        try:
            agent = json.loads(self.directory.read(*folder, ".agent.json", limit=65_536))["agent_id"]
            segment("agent", agent)  # or it is no name
            return agent
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{place} does not tell whose box this is: mend or remove it ({error!r})") from error

    def expect(self, box: Box) -> None:
        """Refuses a box that another agent's shortened name has taken."""
        if "%h" in box.name and self.named(*box.waiting) not in (box.agent, None):
            raise ValueError(f"the name of {box.agent!r} is taken: choose another one")

    def make(self, box: Box) -> None:
        """Creates a box, and says whose it is where its name does not."""
        self.directory.make(*box.waiting)
        if "%h" in box.name and self.named(*box.waiting) is None:
            self.directory.publish(json.dumps({"agent_id": box.agent}).encode(), *box.waiting, ".agent.json")


def main(command: str, root: str, *arguments: str) -> None:
    producer = Producer(Directory(root))
    if command == "register":
        for box in [Box(producer.directory, kind, agent) for agent in arguments for kind in ("outbox", "inbox")]:
            producer.expect(box)  # or none of them is registered
        for agent in arguments:
            producer.register(agent)
    elif command == "agents":
        print(json.dumps(producer.agents()))
    elif command == "publish":
        if bare := [argument for argument in arguments if "=" not in argument]:
            raise ValueError(f"{bare[0]!r} is no name=value")
        pairs = [argument.partition("=")[::2] for argument in arguments]
        files = [value for name, value in pairs if name == "file"]
        fields = dict(pair for pair in pairs if pair[0] != "file")
        if len(fields) + len(files) < len(pairs):
            raise ValueError("a name is there twice")
        message = {"message_type": "task_assignment", **fields, **({"inputs": {"files": files}} if files else {})}
        times = {name: message.pop(name) for name in ("delay_ms", "ttl_ms") if name in message}
        if wrong := [name for name, value in times.items() if not re.fullmatch(r"-?[0-9]{1,15}", value)]:
            raise ValueError(f"{wrong[0]} must be a number of milliseconds, not {times[wrong[0]][:80]!r}")
        producer.send(message, **{name: int(value) for name, value in times.items()})
    else:
        raise ValueError(f"there is no command {command!r}: it is register, agents or publish")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, TypeError) as error:
        sys.exit(f"producer.py: {error}")
