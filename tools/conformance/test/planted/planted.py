"""The Python example with one fault planted into it: planted.py FAULT COMMAND..., for the tests of the kit."""

import json
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples" / "python"))
sys.dont_write_bytecode = True

import admission  # noqa: E402
import conformance  # noqa: E402
import consumer  # noqa: E402
import dead_letters  # noqa: E402
import directory  # noqa: E402
import messages  # noqa: E402
import names  # noqa: E402
import owners  # noqa: E402
import producer  # noqa: E402
from consumer import Consumer  # noqa: E402
from directory import Directory  # noqa: E402
from owners import LeaseLost, Owner, Watcher  # noqa: E402


def written_in_place():
    Directory.write = lambda self, target, text, durable=True: (self.make(target.parent), target.write_text(text, newline=""))


def short_write_goes_unnoticed():
    def write(self, target, text, durable=True):
        temporary = self.path("tmp", "x.tmp")
        try:
            with open(temporary, "wb", buffering=0) as file:
                file.write(text.encode())
        except OSError:
            pass
        self.move(temporary, target)

    Directory.write = write


def temporary_file_stays():
    def write(self, target, text, durable=True):
        temporary = self.path("tmp", names.random_name() + ".tmp")
        self.make(temporary.parent)
        temporary.write_text(text, newline="")
        shutil.copy(temporary, target.parent / ".copy")
        os.rename(target.parent / ".copy", target)

    Directory.write = write


def inbox_is_made_for_anybody():
    inner = producer.publish

    def publish(directory, message, **options):
        producer.register(directory, message.get("assigned_to") or message["agent_id"])
        return inner(directory, message, **options)

    producer.publish = publish


def ids_are_not_encoded():
    for module in (names, producer, consumer, admission):
        module.encode = lambda identifier, kind: identifier.replace("/", "-")


def any_directory_is_an_agent():
    producer.agents = lambda directory: sorted(place.name for place in directory.path("inbox").iterdir())


def case_is_not_encoded():
    names.KEPT = names.KEPT | set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def newer_layout_is_read():
    Directory.__init__ = lambda self, root: self.__dict__.update(root=Path(root), file_mode=0o600, directory_mode=0o700)


def links_are_gone_through():
    Directory.path = lambda self, *parts: self.root.joinpath(*parts)


def claims_by_copy():
    def lease(self, header, path):
        self.ensure_owner()
        held = consumer.Held(self.leases / f"{replace(header, d=header.d + 1, a=None)}~{self.owner.id}.json", replace(header, d=header.d + 1, a=None), {})
        self.directory.make(self.leases)
        try:
            shutil.copy(path, held.path)
            time.sleep(0.01)
            path.unlink(missing_ok=True)
        except FileNotFoundError:
            return None
        return held

    Consumer.lease = lease


def delivery_is_not_counted():
    inner = Consumer.lease
    Consumer.lease = lambda self, header, path: inner(self, replace(header, d=header.d - 1), path)


def oldest_are_not_first():
    inner = Consumer.candidates
    Consumer.candidates = lambda self: [(replace(header, priority=1, stamp=""), name) for header, name in inner(self)]


def delay_is_ignored():
    inner = consumer.parse

    def parse(name):
        header, owner = inner(name)
        return (header and replace(header, a=None)), owner

    consumer.parse = parse


def pause_is_ignored():
    inner = Consumer.claim

    def claim(self):
        self.pauses = []
        return inner(self)

    Consumer.claim = claim


def dot_files_are_adopted():
    inner = Directory.names

    def list_names(self, place):
        found = inner(self, place)
        for name in found:
            if name.startswith(".") and name != ".agent.json":
                os.rename(place / name, place / name[1:])
        return inner(self, place)

    Directory.names = list_names


def bad_messages_are_dropped():
    Consumer.quarantine = lambda self, held, *rest, **more: (held.path.unlink(), False)[1]


def reason_comes_last():
    inner = Directory.write
    late = []
    Directory.write = lambda self, target, text, durable=True: late.append((target, text)) if ".reason." in target.name else inner(self, target, text, durable)
    settle = Consumer.settle

    def settle_then_write(self, held, target):
        done = settle(self, held, target)
        while late:
            inner(self.directory, *late.pop())
        return done

    Consumer.settle = settle_then_write


def numbers_may_be_text():
    inner = messages.is_number
    messages.is_number = lambda value: inner(value) or isinstance(value, bool)


def misrouted_is_handled():
    inner = admission.check
    admission.check = lambda value: {**inner(value), "assigned_to": "coder"}


def expiry_is_ignored():
    inner = Consumer.admit

    def admit(self, held):
        held.header = replace(held.header, e=None)
        return inner(self, held)

    Consumer.admit = admit


def other_leases_are_ignored():
    Consumer.is_leased_elsewhere = lambda self, held: False


def ledger_is_ignored():
    inner = Consumer.admit

    def admit(self, held):
        self.entry, entry = (lambda held: Path("/nowhere")), self.entry
        try:
            return inner(self, held)
        finally:
            self.entry = entry

    Consumer.admit = admit


def late_owner_is_not_noticed():
    Consumer.settle = lambda self, held, target: (self.held.pop(held.path, None), self.directory.move(held.path, target), False)[2]
    Consumer.renew = lambda self, held: None


def record_is_not_watched():
    Owner.check = lambda self: None
    Owner.beat = lambda self: None


def failure_is_not_counted():
    inner = Consumer.hand_back
    Consumer.hand_back = lambda self, held, header: inner(self, held, replace(header, f=0))


def nothing_is_taken_over():
    Consumer.takeover = lambda self: setattr(self, "looked", time.monotonic())


def living_are_taken_over():
    owners.is_dead = lambda record: True


def age_is_compared():
    inner = Watcher.is_gone

    def is_gone(self, owner):
        path = self._directory.path("locks", "owners", f"{owner}.json")
        if path.exists() and time.time() - path.stat().st_mtime > 3600:
            self._directory.move(path, self._directory.path("locks", "ended", f"{owner}~0.json"))
            return True
        return inner(self, owner)

    Watcher.is_gone = is_gone


def lease_goes_before_the_record():
    def takeover(self):
        self.looked = time.monotonic()
        for name in self.directory.names(self.leases):
            header, owner = names.parse(name)
            if owner is not None and (self.owner is None or owner != self.owner.id):
                self.directory.move(self.leases / name, self.inbox / f"{header}.json")
                self.watcher.is_gone(owner)

    Consumer.takeover = takeover


def bytes_are_rewritten():
    inner = Consumer.finish

    def finish(self, held, target):
        held.path.write_text(json.dumps(held.message))
        return inner(self, held, target)

    Consumer.finish = finish


def answers_have_new_ids():
    inner = Consumer.answer
    Consumer.answer = lambda self, *rest: {**inner(self, *rest), "message_id": names.random_name(20)}


def nothing_is_handed_back():
    Consumer.close = lambda self: None


if __name__ == "__main__":
    fault = sys.argv.pop(1)
    if fault != "none":
        globals()[fault]()
    try:
        command, *arguments = sys.argv[1:]
        conformance.consume(*arguments) if command == "consume" else producer.main(command, *arguments)
    except (directory.Refused, messages.Invalid, OSError) as error:
        sys.exit(str(error))
