"""How a message leaves our hands: docs/protocol.md, section 8. Each way is one rename from the lease's exact name."""

import os
import random
from dataclasses import replace

from names import after
from owners import LeaseLost
from producer import publish


class Settling:
    """The part of a Consumer that acknowledges, hands back, and gives up."""

    def ack(self, held, send=()):
        """Publishes what the message leads to, then finishes it: one rename, which also remembers it (R44, R50)."""
        self.renew(held)
        for message in send:
            publish(self.directory, message)
        self.finish(held, self.entry(held))

    def finish(self, held, target):
        self.owner.check()
        try:
            os.utime(held.path)
        except PermissionError:
            pass
        except FileNotFoundError:
            pass  # The rename says so.
        return self.settle(held, target)

    def release(self, held, delay_ms=None):
        """Hands back without blame, for later if asked (R46)."""
        self.hand_back(held, replace(held.header, r=min(held.header.r + 1, 999), a=None if delay_ms is None else after(delay_ms)))

    def retry(self, held, error, delay_ms=None):
        """Counts a failure: back after a backoff, or given up when that was the last (R46, R47)."""
        policy = held.message.get("retry_policy") or {"max_retries": 4, "backoff_seconds": 1, "backoff_multiplier": 2, "max_backoff_seconds": 300}
        failures, limit = held.header.f + 1, policy["max_backoff_seconds"]
        self.renew(held)
        if failures > min(policy["max_retries"], 900):
            self.give_up(held, "exhausted", "failed", f"The handler failed {failures} times, the last time with: {error}.", str(error))
            return
        self.remember(held.header, "failed", str(error))
        bound = min(policy["backoff_seconds"] * power(policy["backoff_multiplier"], failures - 1), 30 * 86_400 if limit is None else limit, 30 * 86_400)
        delay = random.uniform(0, bound * 1000) if delay_ms is None else delay_ms
        self.hand_back(held, replace(held.header, f=min(failures, 999), a=after(delay)))

    def reject(self, held, reason):
        self.renew(held)
        self.give_up(held, "rejected", "rejected", reason, reason)

    def give_up(self, held, code, kind, sentence, error):
        self.remember(held.header, kind, error)
        self.quarantine(held, code, sentence, held.message, failures=held.header.f + 1)

    def renew(self, held):
        """That the lease still holds; raises LeaseLost otherwise (R30)."""
        self.owner.check()
        if held.path not in self.held or not held.path.exists():
            raise LeaseLost(f"{held.path.name} is no longer held here.")

    def hand_back(self, held, header):
        self.owner.check()
        return self.settle(held, self.inbox / f"{header}.json")

    def settle(self, held, target):
        """Each way to settle is one rename from the lease's exact name. False: it is not to be handled here (any more)."""
        self.held.pop(held.path, None)
        if not self.directory.move(held.path, target):
            raise LeaseLost(f"{held.path.name} is no longer held here.")
        return False


def power(base, exponent):
    try:
        return float(base) ** exponent
    except OverflowError:
        return float("inf")
