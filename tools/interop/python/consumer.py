"""Handles tasks with the example until it is stopped, and logs what it does: consumer.py EXAMPLES ROOT LOG."""

import signal
import sys

examples, root, log = sys.argv[1:]
sys.path.insert(0, examples)
sys.dont_write_bytecode = True

from consumer import Consumer, work  # noqa: E402

record = open(log, "a", buffering=1)


def handle(message):
    record.write(f"began {message['message_id']}\n")
    return {"output": {"by": "python"}}


class Recording(Consumer):
    def ack(self, held, send=()):
        super().ack(held, send)
        record.write(f"acked {held.message['message_id']}\n")


def stop(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, stop)
consumer = Recording(root, "coder", lease_ms=10_000)
try:
    work(consumer, handle)
except KeyboardInterrupt:
    consumer.close()
