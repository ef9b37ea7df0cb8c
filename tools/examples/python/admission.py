"""Whether a claimed message may be handled: docs/protocol.md, section 7, in its order."""

import random
import time
from dataclasses import replace

from messages import LARGEST, Invalid, check, read, tell
from names import RANK, after, encode, parse, random_name, stamp_of


class Admission:
    """The part of a Consumer that stands between a claim and its handler."""

    def admit(self, held):
        """Whether a claimed message is to be handled; one that is not is settled here, in the order of section 7."""
        data, header = self.directory.read(held.path, LARGEST), held.header
        if data is None:
            return False
        try:
            held.message = message = check(read(data))
        except Invalid as error:
            return self.quarantine(held, error.code, str(error), tell(data), error.faults)
        assignee = message.get("assigned_to") or message["agent_id"]
        if message["message_type"] == "task_assignment" and assignee != self.agent:
            return self.quarantine(held, "misrouted", f"The task is for {assignee!r}. Send it there.", message)
        names = {"id": encode(message["message_id"], "message"), "type": encode(message["message_type"], "type")}
        if names != {"id": header.id, "type": header.type}:
            renamed = replace(header, stamp=stamp_of(message["created_at"]), priority=RANK[message.get("priority", "medium")], **names)
            return self.hand_back(held, replace(renamed, d=header.d - 1))
        if self.is_leased_elsewhere(held):
            bound = self.met[header.id] = min(self.met.get(header.id, 250) * 2, 5000)
            return self.hand_back(held, replace(header, d=header.d - 1, a=after(random.uniform(bound / 2, bound))))
        self.met.pop(header.id, None)
        if self.is_processed(held):  # Only now: see R42.
            return self.finish(held, self.entry(held).with_name(f"{header.id}~dup~{random_name()}.json"))
        if header.e is not None and header.e <= time.time() * 1000:
            return self.quarantine(held, "expired", "The message expired before anybody handled it.", message)
        retries = min(message["retry_policy"]["max_retries"], 900) if "retry_policy" in message else 4
        if header.d - header.r > max(5, retries + 1) or header.d >= 999 or header.f > retries:
            return self.quarantine(held, "exhausted", f"The message was delivered {header.d - 1} times and never finished.", message)
        return True

    def is_leased_elsewhere(self, held):
        others = (parse(name)[0] for name in self.directory.names(self.leases) if name != held.path.name)
        return any(other is not None and other.id == held.header.id for other in others)

    def is_processed(self, held):
        """Whether the ledger has the message, perhaps in an earlier writer's words (R41)."""
        earlier = self.ledger / "any%h" / "any%h" / f"{held.header.id}.json"
        return (held.header.x == 0 and earlier.exists()) or self.entry(held).exists()

    def entry(self, held):
        """The message's place in the ledger (R41)."""
        message, run = held.message, f"~x{held.header.x}" if held.header.x else ""
        place = self.ledger / encode(message["workflow_id"], "workflow") / encode(message["task_id"], "task")
        return place / f"{held.header.id}{run}.json"
