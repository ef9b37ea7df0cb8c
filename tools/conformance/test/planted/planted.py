"""The Python example with one fault planted into it: planted.py FAULT COMMAND..., for the tests of the kit."""

import json
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples" / "python"))
sys.dont_write_bytecode = True

import admission  # noqa: E402
import conformance  # noqa: E402
import consumer  # noqa: E402
import dead_letters  # noqa: E402
import directory  # noqa: E402
import leases  # noqa: E402
import messages  # noqa: E402
import names  # noqa: E402
import producer  # noqa: E402
import schema  # noqa: E402
import takeover  # noqa: E402
from consumer import Consumer  # noqa: E402
from directory import Directory  # noqa: E402
from leases import Lease  # noqa: E402
from names import Header  # noqa: E402
from owners import Owner  # noqa: E402
from producer import Producer  # noqa: E402
from takeover import Watch  # noqa: E402

from contents import *  # noqa: E402, F403
from counting import *  # noqa: E402, F403


def written_in_place():
    Directory.publish = lambda self, octets, *target: (self.make(*target[:-1]) / target[-1]).write_bytes(octets)


def short_write_goes_unnoticed():
    def create(self, path, octets):
        try:
            with open(path, "wb", buffering=0) as file:
                file.write(octets)
        except OSError:
            pass

    Directory.create = create


def temporary_file_stays():
    def publish(self, octets, *target):
        temporary = self.make("tmp") / f"{names.fresh(8)}.tmp"
        self.create(temporary, octets)
        folder = self.make(*target[:-1])
        shutil.copy(temporary, folder / ".copy")
        os.rename(folder / ".copy", folder / target[-1])

    Directory.publish = publish


def inbox_is_made_for_anybody():
    inner = Producer.prepare

    def prepare(self, message, *times):
        self.register(message.get("assigned_to") or message["agent_id"])
        return inner(self, message, *times)

    Producer.prepare = prepare


def ids_are_not_encoded():
    for module in (names, producer, admission, directory):
        module.segment = lambda kind, identifier: identifier.replace("/", "-")


def any_directory_is_an_agent():
    Producer.agents = lambda self: [entry.name for entry in self.directory.entries("inbox")]


def unreadable_name_stops_the_list():
    Producer.agents = lambda self: [
        self.named("inbox", entry.name) or entry.name for entry in self.directory.entries("inbox")
    ]


def times_may_be_beyond_names():
    for module in (producer, leases):
        module.moment_in = lambda ms: names.now_ms() + int(ms)


def status_may_have_files():
    inner = messages.write
    messages.write = lambda message: inner(
        {name: value for name, value in message.items() if name != "inputs" or message["message_type"] != "status_update"}
    )


def bare_arguments_are_left_out():
    inner = producer.main
    producer.main = lambda command, root, *arguments: inner(
        command, root, *(argument for argument in arguments if command != "publish" or "=" in argument)
    )


def last_of_two_fields_is_sent():
    inner = producer.main

    def main(command, root, *arguments):
        files = [argument for argument in arguments if argument.startswith("file=")]
        fields = dict(argument.partition("=")[::2] for argument in arguments if argument not in files)
        given = [*files, *(f"{name}={value}" for name, value in fields.items())]
        inner(command, root, *(given if command == "publish" else arguments))

    producer.main = main


def text_is_mended():
    inner = producer.main
    producer.main = lambda *arguments: inner(*(text.encode(errors="replace").decode() for text in arguments))


def case_is_not_encoded():
    inner = names.segment

    def segment(kind, identifier):
        encoded = inner(kind, identifier)
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            encoded = encoded.replace(f"%{ord(letter):02x}", letter)
        return encoded

    for module in (names, producer, admission, directory):
        module.segment = segment


def newer_layout_is_read():
    Directory.__init__ = lambda self, root: self.__dict__.update(root=Path(root), file_mode=0o600, folder_mode=0o700)


def links_are_gone_through():
    Directory.folder = lambda self, *parts: self.root.joinpath(*parts)


def claims_by_copy():
    inner = Directory.rename

    def rename(self, source, *target):
        if target[0] != "locks":
            return inner(self, source, *target)
        try:
            shutil.copy(source, self.make(*target[:-1]) / target[-1])
            time.sleep(0.01)
            source.unlink(missing_ok=True)
        except FileNotFoundError:
            return False
        return True

    Directory.rename = rename


def delivery_is_not_counted():
    inner = Header.renamed
    Header.renamed = lambda self, **changes: inner(
        self, **{key: value for key, value in changes.items() if key != "deliveries"}
    )


def oldest_are_not_first():
    inner = admission.ready
    admission.ready = lambda box: inner(box)[::-1]


def delay_is_ignored():
    admission.now_ms = lambda: names.now_ms() + 10**13


def pause_is_ignored():
    admission.is_paused = lambda box: False


def dot_files_are_adopted():
    inner = Directory.files

    def files(self, *parts):
        for name in inner(self, *parts):
            if name.startswith(".") and name != ".agent.json":
                os.rename(self.folder(*parts) / name, self.folder(*parts) / name[1:])
        return inner(self, *parts)

    Directory.files = files


def bad_messages_are_dropped():
    Lease.quarantine = lambda self, *rest, **more: self.path.unlink()


def reason_comes_last():
    publish, settle, late = Directory.publish, Lease.settle, []

    def remember(self, octets, *target):
        late.append((octets, *target)) if ".reason." in target[-1] else publish(self, octets, *target)

    def settle_then_write(self, *target):
        settle(self, *target)
        while late:
            publish(self.box.directory, *late.pop())

    Directory.publish, Lease.settle = remember, settle_then_write


def numbers_may_be_text():
    inner = schema.is_number
    schema.is_number = lambda value: inner(value) or isinstance(value, bool)


def misrouted_is_handled():
    messages.address = lambda message: ("inbox", "coder")


def expiry_is_ignored():
    inner = admission.examine
    admission.examine = lambda box, lease, message: inner(box, lease._replace(expires=None), message)


def other_leases_are_ignored():
    inner = Directory.files
    Directory.files = lambda self, *parts: [] if parts[:2] == ("locks", "inbox") else inner(self, *parts)


def ledger_is_ignored():
    inner = Directory.has
    Directory.has = lambda self, *parts: parts[0] != "processed" and inner(self, *parts)


def late_owner_is_not_noticed():
    Lease.expect = Lease.renew = lambda self: None
    Lease.finish = lambda self, suffix=None: self.box.directory.rename(self.path, *self.box.ledger, "w", "t", "m.json")


def record_is_not_watched():
    Owner.check = Owner.beat = lambda self: None


def failure_is_not_counted():
    inner = Lease.give_back
    Lease.give_back = lambda self, delay_ms=0, **changes: inner(self, delay_ms, **{**changes, "failures": 0})


def nothing_is_taken_over():
    Watch.look = lambda self, me: None


def living_are_taken_over():
    takeover.is_dead = lambda record, here: True


def age_is_compared():
    inner = Watch.has_waited
    Watch.has_waited = lambda self, owner, sight, lease: (
        time.time() - sight[0] / 1e9 > 3600 or inner(self, owner, sight, lease)
    )


def lease_goes_before_the_record():
    def look(self, me):
        for header in map(Header.parse, self.box.directory.files(*self.box.leases)):
            if header and header.owner != me:
                self.give_back(header, {})
                self.end_if_gone(header.owner)

    Watch.look = look


def unreadable_record_stops_all():
    Watch.gone = Watch.end_if_gone
    Consumer.takeover = lambda self: self.watch.look(self.owner.id)


def unwritable_journal_stops_its_claim():
    inner = Directory.publish

    def publish(self, octets, *target):
        try:
            inner(self, octets, *target)
        except OSError as error:
            raise RuntimeError(str(error)) from error

    Directory.publish = publish


def bytes_are_rewritten():
    inner = Lease.finish

    def finish(self, suffix=None):
        self.path.write_text(json.dumps(self.message))
        inner(self, suffix)

    Lease.finish = finish


def answers_have_new_ids():
    inner = dead_letters.answer

    def answer(*about):
        made = inner(*about)
        return made and made | {"message_id": names.fresh(20)}

    dead_letters.answer = answer


def sentences_are_not_mended():
    inner = messages.Fault.__init__

    def __init__(self, code, sentence, details=None, content=None):
        inner(self, code, sentence, details, content)
        self.sentence = sentence

    messages.Fault.__init__ = __init__


def nothing_is_handed_back():
    Consumer.close = lambda self: None


if __name__ == "__main__":
    fault = sys.argv.pop(1)
    if fault != "none":
        globals()[fault]()
    conformance.main(*sys.argv[1:])
