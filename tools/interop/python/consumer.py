"""Handles tasks with the example until it is stopped, and logs what it does: consumer.py EXAMPLES ROOT LOG."""

import signal
import sys

examples, root, log = sys.argv[1:]
sys.path.insert(0, examples)
sys.dont_write_bytecode = True

from consumer import Consumer  # noqa: E402
from owners import LeaseLost  # noqa: E402


def stop(*_):
    raise KeyboardInterrupt


consumer, record = Consumer(root, "coder", lease_ms=10_000), open(log, "a", buffering=1)
try:
    signal.signal(signal.SIGTERM, stop)
    while True:
        lease = consumer.claim(wait=1)
        if lease is None:
            continue
        record.write(f"began {lease.message['message_id']}\n")
        try:
            lease.complete(output={"by": "python"})
            record.write(f"acked {lease.message['message_id']}\n")
        except LeaseLost as lost:
            print(lost, file=sys.stderr)  # Whoever has it goes on with it.
except KeyboardInterrupt:
    consumer.close()
