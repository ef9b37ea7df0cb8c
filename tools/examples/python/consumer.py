#!/usr/bin/env python3
"""Handles the messages of an agent: docs/protocol.md, sections 5 to 11. Standard library only.

    python3 consumer.py ROOT AGENT COMMAND...    runs COMMAND for each message, which is on its standard input
"""

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from admission import Admission
from dead_letters import DeadLetters
from directory import Directory
from messages import LARGEST, tell
from names import RANK, Header, after, encode, now_text, parse, random_name, stamp_of
from owners import LeaseLost, Owner, Watcher
from producer import register
from settling import Settling


@dataclass
class Held:
    """A message in hand."""

    path: Path
    header: Header
    message: dict


class Consumer(Admission, Settling, DeadLetters):
    """One process that consumes the inbox of one agent."""

    def __init__(self, root, agent, lease_ms=30_000):
        self.directory, self.agent, self.lease_ms = Directory(root), agent, lease_ms
        register(self.directory, agent)
        segment = encode(agent, "agent")
        self.inbox, self.leases, self.dead, self.ledger, self.journals = (
            self.directory.path(*place, segment)
            for place in [("inbox",), ("locks", "inbox"), ("dlq", "inbox"), ("processed", "inbox"), ("journal", "inbox")]
        )
        self.pauses = [self.directory.path("locks", "paused", name) for name in ("all.json", f"agent~{segment}.json")]
        self.watcher, self.owner = Watcher(self.directory), None
        self.held, self.met, self.denied = {}, {}, {}
        self.backlog, self.spread, self.listed, self.looked = [], 0, 0.0, 0.0

    def claim(self):
        """A message to handle, or None when there is none now. Everything else in the box is settled on the way."""
        if time.monotonic() - self.looked > 0.5:
            self.takeover()
        if any(pause.exists() for pause in self.pauses):
            return None
        if not self.backlog or time.monotonic() - self.listed > 0.25:
            order = lambda found: (found[0].priority, found[0].stamp, found[1])
            self.backlog, self.listed = sorted(self.candidates(), key=order, reverse=True), time.monotonic()
        failure = None
        while self.backlog:
            header, name = self.backlog.pop(-random.randint(1, min(self.spread + 1, len(self.backlog))))
            try:
                held = self.take(header, self.inbox / name)
            except OSError as error:  # It may pass; those behind it do not wait for it (R33).
                failure = failure or error
                continue
            except LeaseLost:
                continue  # Whoever took it over goes on with it.
            if held is not None:
                return held
        if failure is not None:
            raise failure
        return None

    def take(self, header, path):
        """One message, if it is to be had and to be handled."""
        held = self.lease(header, path)
        self.spread = self.spread // 2 if held else min(2 * self.spread + 1, 16)
        try:
            if held is not None and self.admit(held):
                self.held[held.path] = held
                return held
        except OSError as error:
            self.put_back(held, error)
            raise
        return None

    def put_back(self, held, error):
        """A fault of the file system judges no message; only one that may never be read is given up (R36, R37)."""
        denied = self.denied[held.header.id] = self.denied.get(held.header.id, 0) + isinstance(error, PermissionError)
        if denied >= 5:
            self.quarantine(held, "unreadable", f"The file cannot be read: {error}. Mend that, then replay it.", tell(b""))
        else:
            self.hand_back(held, replace(held.header, d=held.header.d - 1, a=after(1000)))

    def candidates(self):
        """What is ready (R33); files under other names get theirs first (R21, R22)."""
        now, self.inbox = time.time() * 1000, self.directory.path("inbox", self.inbox.name)
        for name in self.directory.names(self.inbox):
            header, owner = parse(name)
            if header is None or owner is not None:
                if not name.endswith(".json") or name.startswith((".", "~")) or name.endswith(".tmp.json"):
                    continue
                header, name = self.adopt(name)
            if header is not None and (header.a is None or header.a <= now):
                yield header, name

    def adopt(self, name):
        try:
            data = self.directory.read(self.inbox / name, LARGEST)
        except PermissionError:
            data = b""  # Its reader will say so (R36).
        if data is None:
            return None, name
        told = tell(data)
        header = Header(
            stamp=stamp_of(told["created_at"] or now_text()),
            id=encode(told["message_id"], "message") if told["message_id"] else "unidentified%h" + random_name(13),
            type=encode(told["message_type"] or "unknown", "type"),
            priority=RANK[told["priority"] or "medium"],
        )
        target = self.inbox / f"{header}.json"
        return (header, target.name) if self.directory.move(self.inbox / name, target) else (None, name)

    def lease(self, header, path):
        """Claims one file by one rename (R34), under an owner that lives (R29). None if somebody else was first."""
        self.ensure_owner()
        header = replace(header, d=min(header.d + 1, 999), a=None)
        held = Held(self.leases / f"{header}~{self.owner.id}.json", header, {})
        if not self.directory.move(path, held.path):
            return None
        self.owner.check()
        return held

    def ensure_owner(self):
        """An owner that lives; after others have ended the last, a new one under another id (R28)."""
        try:
            if self.owner is not None:
                self.owner.check()
                return
        except LeaseLost:
            self.held.clear()
        self.owner = Owner(self.directory, self.agent, self.lease_ms)

    def takeover(self):
        """Returns the leases of owners that are gone (R57 to R61)."""
        self.looked, gone = time.monotonic(), {}
        for name in self.directory.names(self.leases):
            header, owner = parse(name)
            if owner is None or (self.owner is not None and owner == self.owner.id and not self.owner._lost):
                continue
            if owner not in gone:
                gone[owner] = self.watcher.is_gone(owner)
            if gone[owner] and self.directory.move(self.leases / name, self.inbox / f"{header}.json"):
                self.remember(header, "lost", "The holder is gone; the message was taken back.", owner)

    def close(self):
        """Hands back what is in hand, and ends in good order (R30)."""
        for held in list(self.held.values()):
            try:
                self.release(held)
            except LeaseLost:
                pass
        if self.owner is not None:
            self.owner.end()


def work(consumer, handle):
    """Handles messages for ever: what `handle` returns becomes the task's results, what it raises a failure."""
    while True:
        try:
            held = consumer.claim()
            if held is None:
                time.sleep(0.1)
            else:
                handle_one(consumer, held, handle)
        except (LeaseLost, OSError) as error:
            print(error, file=sys.stderr)  # The message comes back, to this process or another.


def handle_one(consumer, held, handle):
    try:
        results = handle(held.message)
    except Exception as error:  # Whatever a handler raises is its message's failure, and no other's.
        consumer.retry(held, error)
        return
    is_task = held.message["message_type"] == "task_assignment"
    consumer.ack(held, [consumer.answer(held, held.message, "completed", "completed", results)] if is_task else [])


def run_command(command):
    def handle(message):
        done = subprocess.run(command, input=json.dumps(message), text=True, check=True, stdout=subprocess.PIPE)
        return {"output": {"stdout": done.stdout}}

    return handle


if __name__ == "__main__":
    consumer = Consumer(sys.argv[1], sys.argv[2])
    try:
        work(consumer, run_command(sys.argv[3:]))
    except KeyboardInterrupt:
        consumer.close()
