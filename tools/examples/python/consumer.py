#!/usr/bin/env python3
"""A consumer: takes the messages of an inbox one by one, in the order of section 14 of docs/protocol.md.

    python3 consumer.py ROOT AGENT COMMAND...

runs the command for each message, which is on its standard input, and is handled when the command ends with 0.
"""

import json
import logging
import math
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress

import admission
from directory import Box, Directory
from leases import Lease
from messages import Fault
from names import Header, fresh
from owners import LeaseLost, Owner
from producer import Producer
from takeover import Watch


class Consumer:
    """Consumes an agent's inbox."""

    def __init__(self, root: str, agent: str, lease_ms: int = 30_000):
        self.box, self.lease_ms = Box(Directory(root), "inbox", agent), lease_ms
        Producer(self.box.directory).register(agent)
        self.owner, self.watch = Owner(self.box, lease_ms), Watch(self.box)
        self.listing, self.listed, self.looked = [], -math.inf, -math.inf
        self.denied = Counter()  # how often a message could not be read for want of permission

    def claim(self, wait: float = 0) -> Lease | None:
        """The next message to handle; None if there is none for so many seconds."""
        patience = time.monotonic() + wait
        while True:
            if self.owner.over:  # what it held is lost (R28)
                self.owner = Owner(self.box, self.lease_ms)
            if time.monotonic() - self.looked >= 1:
                self.takeover()
            if not self.listing or time.monotonic() - self.listed >= 0.1:
                self.listing, self.listed = admission.ready(self.box)[::-1], time.monotonic()
            while self.listing and not admission.is_paused(self.box):
                try:
                    if lease := self.take(self.listing.pop()):
                        return lease
                except LeaseLost:
                    pass  # whoever has it now goes on with it
                except OSError as error:
                    logging.warning("a message has to wait: %s", error)  # and keeps back no others (R33)
            if time.monotonic() >= patience:
                return None
            time.sleep(0.02)

    def takeover(self) -> None:
        """Returns the leases of owners that are gone (R57 to R61). Where nobody can look, nothing is claimed less."""
        self.looked = time.monotonic()
        try:
            self.watch.look(self.owner.id)
        except OSError as error:
            logging.warning("nobody can tell whose leases are orphaned: %s", error)

    def take(self, waiting: Header) -> Lease | None:
        """Claims a message by one rename (R34)."""
        self.owner.check()
        delivery = min(waiting.deliveries + 1, 999)
        header = waiting.renamed(deliveries=delivery, not_before=None, owner=self.owner.id)
        lease = Lease(self.box, self.owner, header)
        source = self.box.directory.folder(*self.box.waiting) / f"{waiting}.json"
        if not self.box.directory.rename(source, *self.box.leases, lease.path.name):
            start = random.randrange(len(self.listing) + 1)  # others are at work here: go on further back
            self.listing = self.listing[start:] + self.listing[:start]
            return None
        self.owner.check()
        try:
            return self.admit(lease, waiting)
        except OSError as error:  # by which the message is not judged (R36)
            lease.give_back(1000, deliveries=waiting.deliveries)
            logging.warning("%s waits: %s", waiting, error)

    def admit(self, lease: Lease, waiting: Header) -> Lease | None:
        """The lease, if its message is to be handled; settles it otherwise (section 7)."""
        try:
            lease.message = admission.read(self.box, lease.header, self.denied)
            admission.examine(self.box, lease.header, lease.message)
            self.owner.held.add(lease)
            return lease
        except Fault as fault:
            lease.quarantine(fault)
        except admission.Misnamed:
            lease.give_back(deliveries=waiting.deliveries, **admission.names_of(lease.message))
        except admission.InOtherHands:
            lease.give_back(random.uniform(250, 500), deliveries=waiting.deliveries)
        except admission.Handled:
            lease.finish(f"~dup~{fresh(6)}")

    def close(self) -> None:
        """Hands back what is in hand, and ends the session (R30)."""
        for lease in [*self.owner.held]:
            try:
                lease.release()
            except (LeaseLost, OSError) as error:
                logging.warning("not handed back: %s", error)
        self.owner.end()


def main(root: str, agent: str, *command: str) -> None:
    if not command or shutil.which(command[0]) is None:  # before anything is claimed
        sys.exit(f"consumer.py: there is no command {' '.join(command[:1])!r}: name one that can be run, with its path")
    consumer = Consumer(root, agent)
    try:
        while True:
            if lease := consumer.claim(wait=1):
                ended = subprocess.run(command, input=json.dumps(lease.message).encode()).returncode
                with suppress(LeaseLost):  # whoever has it then goes on with it
                    lease.complete() if ended == 0 else lease.retry(f"{command[0]} ended with {ended}")
    except KeyboardInterrupt:
        pass
    finally:  # also after an error: what was in hand goes to others
        consumer.close()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: consumer.py ROOT AGENT COMMAND...")
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError) as error:
        sys.exit(f"consumer.py: {error}")
