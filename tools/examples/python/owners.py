"""Who stands behind a lease, and whether somebody still does: docs/protocol.md, sections 5 and 11."""

import json
import os
import socket
import threading
import time
import uuid
from datetime import datetime, timezone

from names import random_name


class LeaseLost(Exception):
    """What was held is no longer held here; nothing was changed."""


def text_of(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return None


def link_of(path):
    try:
        return os.readlink(path)
    except OSError:
        return None


def stat_of(pid):
    """State, threads and start time of a process (fields 3, 20 and 22); None where the system does not tell."""
    text = text_of(f"/proc/{pid}/stat")
    fields = text[text.rindex(")") + 2 :].split() if text else None
    return fields and {"state": fields[0], "threads": int(fields[17]), "started": f"{fields[19]}@{link_of('/proc/self/ns/time') or 'time'}"}


def facts():
    """What tells this process from every other (R27). What the system does not tell is None."""
    boot, stat = text_of("/proc/sys/kernel/random/boot_id"), stat_of("self")
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "boot_id": boot and boot.strip(),
        "pid_namespace": link_of("/proc/self/ns/pid"),
        "process_started": stat and stat["started"],
    }


class Owner:
    """This process as an owner: a record, and a heartbeat every third of the lease (R26 to R30)."""

    def __init__(self, directory, agent, lease_ms):
        self.id, self.lease = random_name(8), lease_ms / 1000
        self.path = directory.path("locks", "owners", f"{self.id}.json")
        self._lost, self._stop, self._lock = False, threading.Event(), threading.Lock()
        directory.make(self.path.parent)
        started = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"owner": self.id, **facts(), "started_at": started, "lease_ms": lease_ms, "detached": False, "agent_id": agent}
        self._beaten = time.monotonic()
        with open(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, directory.file_mode), "w") as file:
            json.dump(record, file, indent=2)
        self._seen = os.stat(self.path).st_mtime_ns
        threading.Thread(target=self._beat_on, daemon=True).start()

    def check(self):
        """Raises LeaseLost if others have ended this owner, as far as it can know (R29)."""
        if time.monotonic() - self._beaten >= self.lease / 2:
            self.beat()
        if self._lost:
            raise LeaseLost(f"The session {self.id} has ended.")

    def beat(self):
        """Moves the record's time to another value (R28)."""
        with self._lock:
            began = time.monotonic()
            try:
                for later in (0, 2_000_000_000):  # Some file systems keep only every other second.
                    moved = max(time.time_ns(), self._seen + 1) + later
                    os.utime(self.path, ns=(moved, moved))
                    seen = os.stat(self.path).st_mtime_ns
                    if seen != self._seen:
                        self._seen, self._beaten = seen, began
                        return
            except FileNotFoundError:
                self._lost = True
            except OSError:
                pass  # Tried again; below, a whole lease without success ends the session.
            if time.monotonic() - self._beaten >= self.lease:
                self._lost = True

    def end(self):
        self._stop.set()
        self.path.unlink(missing_ok=True)

    def _beat_on(self):
        while not self._stop.wait(self.lease / 3) and not self._lost:
            self.beat()


class Watcher:
    """Tells which owners are gone, by proof or by having watched them stand still (R57, R58)."""

    def __init__(self, directory):
        self._directory, self._sightings = directory, {}

    def is_gone(self, owner):
        """True if the owner's leases may be returned; its record is put away then (R59)."""
        path, looked = self._directory.path("locks", "owners", f"{owner}.json"), time.monotonic()
        try:
            status = path.lstat()
        except FileNotFoundError:
            return True
        record = self._record(path, owner)
        lease = record["lease_ms"] / 1000 if record else 300
        sight = (status.st_mtime_ns, status.st_size)
        seen, stood, until = self._sightings.get(owner, (sight, 0, time.monotonic()))
        stood = stood + min(looked - until, max(1, lease / 3)) if seen == sight else 0
        self._sightings[owner] = (sight, stood, looked if seen == sight else time.monotonic())
        dead = record is not None and is_dead(record)
        if dead and self._changed(path, sight):
            return False  # It was detached before its process ended (R70).
        if not dead and stood < lease + max(1, lease / 4):
            return False
        ended = self._directory.path("locks", "ended", f"{owner}~{uuid.uuid4()}.json")
        self._directory.move(path, ended)
        self._sightings.pop(owner, None)
        return True

    def _changed(self, path, sight):
        try:
            status = path.lstat()
            return sight != (status.st_mtime_ns, status.st_size)
        except FileNotFoundError:
            return False

    def _record(self, path, owner):
        try:
            record = json.loads(self._directory.read(path, 65_536) or b"")
            return record if record["owner"] == owner and record["lease_ms"] > 0 else None
        except (ValueError, TypeError, KeyError, OSError):
            return None


def is_dead(record):
    """Whether an owner is certainly gone: only the same boot and namespaces can prove it (R58 a and c)."""
    here, pid = facts(), record.get("pid")
    if record.get("detached") is True:
        deadline = record.get("deadline_uptime_ms")
        clocks = [(facts["host"], facts["boot_id"], (facts["process_started"] or "").split("@")[-1]) for facts in (here, {**here, **record})]
        known = here["boot_id"] and here["process_started"] and isinstance(deadline, (int, float))
        return bool(known) and clocks[0] == clocks[1] and time.clock_gettime(time.CLOCK_MONOTONIC) * 1000 >= deadline
    same = all(here[key] is not None and record.get(key) == here[key] for key in ("host", "boot_id", "pid_namespace"))
    if not same or type(pid) is not int or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    stat = stat_of(pid)
    if stat is None or here["process_started"] is None:
        return False
    if stat["state"] in "ZX" and stat["threads"] <= 1:
        return True
    started = record.get("process_started")
    return isinstance(started, str) and started != stat["started"] and started.split("@")[-1] == stat["started"].split("@")[-1]
