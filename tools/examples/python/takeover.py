"""Takeover: returns the leases of owners that are gone (section 11)."""

import json
import logging
import os
import time
import uuid
from collections import defaultdict
from pathlib import Path

import dead_letters
from directory import Box
from names import Header
from owners import status_of, this_process
from schema import is_count, is_text

LARGEST = 65_536  # bytes of a record
UNREADABLE = {"lease_ms": 300_000}


class Watch:
    """Watches the owners of the leases of a box."""

    def __init__(self, box: Box):
        self.box, self.here = box, this_process()
        self.sights: dict[str, tuple] = {}  # by owner: the record's time and size, since when unchanged, last look
        self.told: dict[str, str] = {}  # by owner: what is wrong with its record, and was reported

    def look(self, me: str) -> None:
        """Ends the owners that are gone by now, and returns their leases. A lease without a record has none (R57).

        A record that cannot be read and a lease that cannot be renamed are reported, and keep back no others (R60).
        """
        leases = defaultdict(list)
        for header in map(Header.parse, self.box.directory.files(*self.box.leases)):
            if header and header.owner not in ("", me):
                leases[header.owner].append(header)
        self.sights = {owner: sight for owner, sight in self.sights.items() if owner in leases}
        for owner, headers in leases.items():
            record = self.gone(owner)
            for header in headers if record is not None else ():
                try:
                    self.give_back(header, record)
                except OSError as error:
                    logging.warning("%s stays leased, though its owner is gone: %s", header, error)

    def gone(self, owner: str) -> dict | None:
        """As `end_if_gone`; of an owner that cannot be looked at it is reported, once, that its leases stay."""
        try:
            record = self.end_if_gone(owner)
        except OSError as error:
            if self.told.get(owner) != str(error):
                logging.warning("whether the owner %s lives cannot be told, so its leases stay: %s", owner, error)
            self.told[owner] = str(error)
            return None
        self.told.pop(owner, None)
        return record

    def give_back(self, lease: Header, record: dict) -> None:
        """Renames a lease back into its box, and remembers that its owner lost it (R60)."""
        source = self.box.directory.folder(*self.box.leases) / f"{lease}.json"
        if self.box.directory.rename(source, *self.box.waiting, f"{lease.renamed(owner='')}.json"):
            pid, host = record.get("pid"), record.get("host")
            by = {"agent_id": self.box.agent, "owner": lease.owner, "pid": pid if is_count(pid) else None}
            by["host"] = host[:1024] if is_text(host) else None
            dead_letters.record_failure(self.box, lease, "lost", by, "The owner ended without settling it.")

    def end_if_gone(self, owner: str) -> dict | None:
        """The record of an owner that is gone, {} if there is none; None as long as it may live."""
        path = self.box.directory.folder("locks", "owners") / f"{owner}.json"
        try:
            before = signature(path)
            record = record_in(self.box.directory.read("locks", "owners", path.name, limit=LARGEST))
            waited = self.has_waited(owner, before, record["lease_ms"] / 1000)
            dead = is_dead(record, self.here) and signature(path) == before  # else it may have detached (R70)
            if not waited and not dead:
                return None
        except FileNotFoundError:
            return None if os.path.lexists(path) else {}
        self.box.directory.rename(path, "locks", "ended", f"{owner}~{uuid.uuid4()}.json")
        return record

    def has_waited(self, owner: str, sight: tuple, lease: float) -> bool:
        """Whether this process itself has seen the record unchanged for long enough (R58 b)."""
        now = time.monotonic()
        seen, unchanged, last = self.sights.get(owner, (sight, 0, now))
        # Of the time between two looks not all counts: this process may have been stopped, together with the owner.
        unchanged = unchanged + min(now - last, max(lease / 3, 1)) if seen == sight else 0
        self.sights[owner] = (sight, unchanged, now)
        return unchanged >= lease + max(lease / 4, 1)


def signature(path: Path) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_mtime_ns, status.st_size


def record_in(octets: bytes) -> dict:
    """The owner record in these bytes; of one that cannot be read, the lease is five minutes."""
    try:
        record = json.loads(octets)
        return record if len(octets) <= LARGEST and record["lease_ms"] > 0 else UNREADABLE
    except (ValueError, LookupError, TypeError):
        return UNREADABLE


def is_dead(record: dict, here: dict) -> bool:
    """Whether the owner is provably dead (R58 a), or detached and over its time (R58 c)."""

    def same(*names: str) -> bool:
        return all(here[name] is not None and record.get(name) == here[name] for name in names)

    started, _, clock = str(record.get("process_started")).partition("@")
    same_clock = here["process_started"] is not None and here["process_started"].partition("@")[2] == clock
    pid, deadline = record.get("pid"), record.get("deadline_uptime_ms")
    if record.get("detached") is True:
        return same("host", "boot_id") and same_clock and is_count(deadline) and time.monotonic() * 1000 >= deadline
    if not same("host", "boot_id", "pid_namespace") or not is_count(pid) or not 0 < pid < 2**31:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it lives
    status = status_of(pid)
    if status is None:
        return False  # which proves nothing
    state, threads, start = status[0], int(status[17]), status[19]
    return (same_clock and start != started) or (state in "ZX" and threads <= 1)
