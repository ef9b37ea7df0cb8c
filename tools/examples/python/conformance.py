#!/usr/bin/env python3
"""The producer and the consumer behind the commands of the conformance kit (tools/conformance/README.md)."""

import json
import sys

import producer
from consumer import Consumer
from owners import LeaseLost


def consume(root: str, agent: str, lease_ms: str) -> None:
    """Answers each request on standard input with a line, until the input ends."""
    consumer, leases = Consumer(root, agent, int(lease_ms)), {}

    def answer(command: str, wait_ms: int = 0, lease: str = "", **fields) -> dict | None:
        if command == "claim":
            claimed = consumer.claim(wait_ms / 1000)
            if claimed is None:
                return None
            file = claimed.path.relative_to(root).as_posix()
            leases[file] = claimed
            return {"lease": file, "delivery": claimed.header.deliveries, "message": claimed.message}
        if command == "takeover":
            return consumer.takeover()
        if lease not in leases:
            raise LeaseLost(f"{lease} was never held")
        return getattr(leases[lease], command)(**fields)

    for line in sys.stdin:
        try:
            reply = {"result": answer(**json.loads(line))}
        except Exception as error:
            code = "lease_lost" if isinstance(error, LeaseLost) else type(error).__name__
            reply = {"error": {"code": code, "message": str(error)}}
        print(json.dumps(reply), flush=True)
    consumer.close()


def main(command: str, *arguments: str) -> None:
    try:
        consume(*arguments) if command == "consume" else producer.main(command, *arguments)
    except (OSError, ValueError) as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
