"""Leases: messages in hand, and the ways to settle them, each one rename from the lease's exact name (section 8)."""

import logging
import os
import random
from contextlib import suppress

import admission
import dead_letters
from directory import Box
from messages import Fault
from names import Header, derived_id, moment_in
from owners import LeaseLost, Owner
from producer import Producer

COMMON = {"backoff_seconds": 1, "backoff_multiplier": 2, "max_backoff_seconds": 300}  # types without a retry_policy
LONGEST = 30 * 24 * 3600  # seconds between two attempts


class Lease:
    """A message in hand. A LeaseLost from any method says that it is in other hands: then nothing was changed."""

    def __init__(self, box: Box, owner: Owner, header: Header):
        self.box, self.owner, self.header, self.message = box, owner, header, {}
        self.path = box.directory.folder(*box.leases) / f"{header}.json"

    def renew(self) -> None:
        """Keeps the lease while a handler is at work; the session's heartbeat does so by itself (R30)."""
        self.owner.beat()
        self.expect()

    def ack(self, send: list[dict] = ()) -> None:
        """Publishes what the message leads to, and records that it is handled (R44, R50)."""
        producer = Producer(self.box.directory)
        follow_ups = [producer.prepare(self.follow_up(number, message)) for number, message in enumerate(send)]
        self.expect()
        for follow_up in follow_ups:
            self.box.directory.publish(*follow_up)
        self.finish()

    def complete(self, **results) -> None:
        """Answers a task with its results, and acknowledges it."""
        answer = {"message_type": "task_complete", "status": "completed", "results": results}
        is_task = self.message["message_type"] == "task_assignment"
        self.ack([answer | {"message_id": self.derived_id("completed")}] if is_task else [])

    def release(self, delay_ms: float = 0) -> None:
        """Hands the message back, which is nobody's failure (R46)."""
        self.give_back(delay_ms, releases=min(self.header.releases + 1, 999))

    def retry(self, error: str, delay_ms: float | None = None) -> None:
        """Counts a failure, and hands the message back for later, or gives it up (R46, R47)."""
        moment_in(delay_ms or 0)  # refused before anything is remembered
        self.record_failure("failed", error)
        failures = self.header.failures + 1
        if failures > admission.retries(self.message):
            fault = Fault("exhausted", f"It failed {failures} times: {error}", content=self.message)
            return self.quarantine(fault, failed=True)
        wait = random.uniform(0, backoff(self.message.get("retry_policy", COMMON), failures)) * 1000
        self.give_back(wait if delay_ms is None else delay_ms, failures=failures)

    def reject(self, reason: str) -> None:
        """Puts aside what can never be handled (R48)."""
        self.record_failure("rejected", reason)
        self.quarantine(Fault("rejected", reason, content=self.message), failed=True)

    def follow_up(self, number: int, message: dict) -> dict:
        """A message that this one leads to. Unless it has an id, it follows from this one's."""
        cause = {name: self.message[name] for name in ("workflow_id", "task_id")}
        metadata = {"causation_id": self.message["message_id"], **message.get("metadata", {})}
        ids = {**cause, "message_id": self.derived_id(str(number)), "agent_id": self.box.agent}
        return {**ids, **message, "metadata": metadata}

    def derived_id(self, what: str) -> str:
        return derived_id(self.box.agent, self.message["message_id"], self.header.run, what)

    def record_failure(self, kind: str, error: str) -> None:
        self.expect()
        dead_letters.record_failure(self.box, self.header, kind, self.owner.by, error)

    def finish(self, suffix: str | None = None) -> None:
        """Moves the message into the ledger; retention counts from now."""
        self.expect()
        with suppress(OSError):  # not everybody may; and if the lease is gone, the rename says so
            os.utime(self.path)
        self.settle(*self.box.ledger, *admission.ledger_entry(self.header, self.message, suffix))

    def give_back(self, delay_ms: float = 0, **changes) -> None:
        not_before = moment_in(delay_ms) if delay_ms else None
        self.settle(*self.box.waiting, f"{self.header.renamed(owner='', not_before=not_before, **changes)}.json")

    def quarantine(self, fault: Fault, failed: bool = False) -> None:
        """Answers whoever waits, writes the reason, and only then makes the message a dead letter (R48, R49)."""
        self.expect()
        if answer := dead_letters.answer(self.box, self.header, fault):
            try:
                Producer(self.box.directory).send(answer)
            except (OSError, ValueError) as error:
                logging.warning("nobody is told that %s is given up: %s", self.header, error)
        dead = self.header.renamed(owner="")
        reason = dead_letters.reason(self.box, self.header, self.owner.by, fault, failed)
        directory, place = self.box.directory, (*self.box.dead, f"{dead}.reason.json")
        directory.publish(reason, *place)
        try:
            self.settle(*self.box.dead, f"{dead}.json")
        except LeaseLost:
            (directory.folder(*self.box.dead) / f"{dead}.reason.json").unlink(missing_ok=True)
            raise
        try:  # retention may have removed the reason, if this process was stopped for long in between
            if not directory.has(*place) and directory.has(*self.box.dead, f"{dead}.json"):
                directory.publish(reason, *place)
        except OSError as error:
            logging.warning("%s is a dead letter whose reason may be missing: %s", dead, error)

    def settle(self, *target: str) -> None:
        self.expect()
        self.owner.held.discard(self)
        if not self.box.directory.rename(self.path, *target):
            raise LeaseLost(f"{self.header} is in other hands")

    def expect(self) -> None:
        """Before anything is done with it (R29)."""
        self.owner.check()
        if not os.path.lexists(self.path):
            raise LeaseLost(f"{self.header} is in other hands")


def backoff(policy: dict, failures: int) -> float:
    """The longest delay after so many failures, in seconds."""
    longest = LONGEST if policy["max_backoff_seconds"] is None else min(LONGEST, policy["max_backoff_seconds"])
    try:
        return min(longest, policy["backoff_seconds"] * policy["backoff_multiplier"] ** (failures - 1))
    except OverflowError:
        return longest
