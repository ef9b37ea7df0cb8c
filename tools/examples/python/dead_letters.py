"""What becomes of a message that cannot be handled: docs/protocol.md, R48 to R55."""

import hashlib
import json
import os
import socket
import uuid
from datetime import datetime, timezone

from names import now_text, random_name
from owners import LeaseLost
from producer import new_message, publish


class DeadLetters:
    """The part of a Consumer that quarantines, answers, and remembers failures."""

    def quarantine(self, held, code, sentence, told, faults=(), failures=None):
        """The answer for whoever waits (R49), the reason, then the message, its bytes as they are (R48)."""
        self.owner.check()
        told = {name: told.get(name) for name in ("message_id", "message_type", "workflow_id", "task_id")}
        if told["message_type"] == "task_assignment" and None not in told.values():
            publish(self.directory, self.answer(held, told, "given up", "failed", {"errors": [sentence]}))
        journal, header = self.journals / held.header.id, str(held.header)
        reason = {
            "reason_version": "1.0",
            "code": code,
            "reason": sentence[:8192],
            "details": [{"pointer": p[:1024], "expected": e[:1024], "found": f[:1024]} for p, e, f in faults][:100],
            "message": told,
            "origin": {"box": "inbox", "agent_id": self.agent, "file": held.path.relative_to(self.directory.root).as_posix()},
            "quarantined_at": now_text(),
            "quarantined_by": self.who(),
            "deliveries": held.header.d,
            "failures": held.header.f if failures is None else failures,
            "replays": len([name for name in self.directory.names(journal) if name.startswith("replayed~")]),
            "expires_at": None if held.header.e is None else datetime.fromtimestamp(held.header.e / 1000, timezone.utc).isoformat().replace("+00:00", "Z"),
            "history": self.history(journal),
        }
        path = self.dead / f"{header}.reason.json"
        self.directory.write(path, json.dumps(reason, indent=2))
        try:
            return self.settle(held, self.dead / f"{header}.json")
        except LeaseLost:
            path.unlink(missing_ok=True)
            raise

    def answer(self, held, told, what, status, results):
        """A task_complete under an id that follows from the task's: a crash repeats it unchanged (R49, R50)."""
        parts = json.dumps([self.agent, told["message_id"], str(held.header.x), what], ensure_ascii=False, separators=(",", ":"))
        digest = bytearray(hashlib.sha256(parts.encode()).digest()[:16])
        digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
        ids = {"message_id": str(uuid.UUID(bytes=bytes(digest))), "workflow_id": told["workflow_id"], "task_id": told["task_id"]}
        return new_message("task_complete", agent_id=self.agent, status=status, results=results, metadata={"causation_id": told["message_id"]}, **ids)

    def remember(self, header, kind, error, owner=None):
        name = {"failed": "Error", "rejected": "Rejected", "lost": "LeaseLost"}[kind]
        who = self.who() if owner is None else {"agent_id": None, "owner": owner, "pid": None, "host": None}
        failure = {"kind": kind, "delivery": header.d, "at": now_text(), **who, "error": {"name": name, "message": error[:8192], "code": None, "stack": None}}
        self.directory.write(self.journals / header.id / f"failure~d{header.d}~{random_name()}.json", json.dumps(failure, indent=2), durable=False)

    def history(self, journal):
        failures = []
        for name in self.directory.names(journal):
            try:
                if name.startswith("failure~"):
                    failures.append(json.loads((journal / name).read_bytes()))
            except (ValueError, OSError):
                pass  # R55: what cannot be read is skipped.
        return sorted(failures, key=lambda failure: failure["at"])[-100:]

    def who(self):
        return {"agent_id": self.agent, "owner": self.owner and self.owner.id, "pid": os.getpid(), "host": socket.gethostname()}
