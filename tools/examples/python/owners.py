"""Owners: a session that others can see to be alive, and the takeover of those that are gone (sections 5 and 11)."""

import json
import os
import socket
import threading
import time
from pathlib import Path

from directory import Box
from names import fresh, now_ms, timestamp


class LeaseLost(Exception):
    """The lease is in other hands, or may be: nothing may be done with it any more."""


def text_of(read, path: str) -> str | None:
    """What the system tells there, or None: it must not be invented (R27)."""
    try:
        return read(path).strip()
    except OSError:
        return None


def status_of(pid: int | str) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the third on, behind the name, which may contain anything."""
    text = text_of(lambda path: Path(path).read_text(errors="replace"), f"/proc/{pid}/stat")
    return text.rpartition(")")[2].split() if text else None


def this_process() -> dict:
    status, clock = status_of("self"), text_of(os.readlink, "/proc/self/ns/time") or "time"
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "boot_id": text_of(lambda path: Path(path).read_text(), "/proc/sys/kernel/random/boot_id"),
        "pid_namespace": text_of(os.readlink, "/proc/self/ns/pid"),
        "process_started": f"{status[19]}@{clock}" if status else None,
    }


class Owner:
    """A session: one record, kept alive by a heartbeat, for all leases of a consumer."""

    def __init__(self, box: Box, lease_ms: int):
        self.id, self.lease, self.over = fresh(8), lease_ms / 1000, False
        process, self.held = this_process(), set()
        self.by = {"agent_id": box.agent, "owner": self.id, "pid": process["pid"], "host": process["host"]}
        record = {"owner": self.id, **process, "started_at": timestamp(now_ms())}
        record |= {"lease_ms": lease_ms, "detached": False, "agent_id": box.agent}
        self.beaten = time.monotonic()
        self.path = box.directory.make("locks", "owners") / f"{self.id}.json"
        box.directory.create(self.path, json.dumps(record, indent=2).encode())
        self.lock, self.stopped = threading.Lock(), threading.Event()
        threading.Thread(target=self.keep_alive, daemon=True).start()

    def keep_alive(self) -> None:
        while not self.stopped.wait(self.lease / 3):
            try:
                self.beat()
            except LeaseLost:
                return
            except OSError:
                pass  # it may pass; a whole lease without a heartbeat ends the session

    def beat(self) -> None:
        """Moves the record's time: the one renewal of all leases (R28, R30)."""
        with self.lock:
            began = time.monotonic()
            if self.over or began - self.beaten >= self.lease:
                self.over = True
                raise LeaseLost("the session is over")
            try:
                last, now = os.stat(self.path).st_mtime_ns, time.time_ns()
                while os.stat(self.path).st_mtime_ns == last:  # some file systems keep only every other second
                    os.utime(self.path, ns=(now, now))
                    now += 1_000_000_000
            except FileNotFoundError:
                self.over = True
                raise LeaseLost("others ended the session") from None
            self.beaten = began

    def check(self) -> None:
        """Before acting: beats if the last heartbeat is half a lease old (R29)."""
        if self.over or time.monotonic() - self.beaten >= self.lease / 2:
            self.beat()

    def end(self) -> None:
        """Ends the session when all leases are settled or released (R30)."""
        self.stopped.set()
        with self.lock:
            self.over = True
            self.path.unlink(missing_ok=True)
