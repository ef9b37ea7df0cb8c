"""Debian's python3-dirq (dirq.QueueSimple), by the protocol of floor.c: python3 dirq.py OPERATION DIRECTORY BYTES."""
import json
import os
import sys
import time

from dirq.QueueSimple import QueueSimple

operation, directory, length = sys.argv[1], sys.argv[2], int(sys.argv[3])
queue = QueueSimple(directory)
text = json.dumps({"payload": "x" * length})


def add(count):
    for _ in range(count):
        queue.add(text)


def names():
    while True:
        taken = False
        for name in queue:
            taken = True
            yield name
        if not taken:
            sys.exit("the queue is empty")


taking = names()


def take(count):
    while count > 0:
        name = next(taking)
        if not queue.lock(name):
            continue
        json.loads(queue.get(name))
        queue.remove(name)
        count -= 1


for line in sys.stdin:
    verb, count = line.split()
    count = int(count)
    wall, processor = time.perf_counter(), time.process_time()
    if verb == "run":
        add(count) if operation == "send" else take(count)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    if verb == "fill":
        add(count)
    answer = {"count": count, "wall_us": wall * 1e6, "processor_us": processor * 1e6}
    os.write(3, (json.dumps(answer) + "\n").encode())
