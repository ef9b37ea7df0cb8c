#!/usr/bin/env python3
"""The producer and the consumer behind the commands of the conformance kit (tools/conformance/README.md)."""

import json
import sys
import time

import producer
from consumer import Consumer
from directory import Refused
from messages import Invalid
from owners import LeaseLost


def consume(root, agent, lease_ms):
    consumer = Consumer(root, agent, int(lease_ms))
    for line in sys.stdin:
        try:
            answer = {"result": obey(consumer, **json.loads(line))}
        except LeaseLost as lost:
            answer = {"error": {"code": "lease_lost", "message": str(lost)}}
        except (Refused, Invalid, OSError, KeyError) as error:
            answer = {"error": {"code": "failed", "message": repr(error)}}
        print(json.dumps(answer), flush=True)
    consumer.close()


def obey(consumer, command, lease=None, wait_ms=0, **options):
    if command == "claim":
        return claim(consumer, time.monotonic() + wait_ms / 1000)
    if command == "takeover":
        return consumer.takeover()
    held = next((held for held in consumer.held.values() if name(consumer, held) == lease), None)
    if held is None:
        raise LeaseLost(f"{lease} is not held here.")
    return getattr(consumer, command)(held, **options)


def claim(consumer, until):
    while True:
        held = consumer.claim()
        if held is not None:
            return {"lease": name(consumer, held), "delivery": held.header.d, "message": held.message}
        if time.monotonic() >= until:
            return None
        time.sleep(0.02)


def name(consumer, held):
    return held.path.relative_to(consumer.directory.root).as_posix()


if __name__ == "__main__":
    try:
        command, *arguments = sys.argv[1:]
        consume(*arguments) if command == "consume" else producer.main(command, *arguments)
    except (Refused, Invalid, OSError) as error:
        sys.exit(str(error))
