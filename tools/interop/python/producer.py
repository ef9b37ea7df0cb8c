"""Sends COUNT tasks with the example, and logs each once it is sent: producer.py EXAMPLES ROOT NAME COUNT LOG."""

import sys
from pathlib import Path

examples, root, name, count, log = sys.argv[1:]
sys.path.insert(0, examples)
sys.dont_write_bytecode = True

from directory import Directory  # noqa: E402
from producer import Producer  # noqa: E402

producer = Producer(Directory(root))
sent = Path(log).read_text().count("\n") if Path(log).exists() else 0
with open(log, "a", buffering=1) as record:
    # What a killed predecessor had begun to send, and perhaps sent, is sent again under the same id (R15).
    for number in range(sent, int(count)):
        ids = {"message_id": f"{name}_{number}", "workflow_id": "load", "task_id": name}
        message = {"message_type": "task_assignment", "agent_id": name, "assigned_to": "coder", **ids}
        for _ in range(2 if number % 10 == 0 else 1):
            producer.send(message)
        record.write(f"{number}\n")
