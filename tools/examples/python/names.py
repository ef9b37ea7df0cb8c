"""Ids as path segments, and headers as file names: docs/protocol.md, sections 2 and 4.2."""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timezone

LIMITS = {"agent": 28, "workflow": 36, "task": 36, "message": 36, "step": 36, "type": 22}
KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-._")
DEVICE = re.compile(r"(con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])(?=\Z|[.%])")
RANK = {"high": 0, "medium": 1, "low": 2}
BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


def encode(identifier, kind):
    """An id as a segment that is safe in every path (R8)."""
    kept = KEPT - {ord("_")} if kind == "message" else KEPT
    data = identifier.encode()
    parts = [chr(byte) if byte in kept else f"%{byte:02x}" for byte in data]
    if parts[0] in "-.":
        parts[0] = f"%{data[0]:02x}"
    if parts[-1] == ".":
        parts[-1] = "%2e"
    if DEVICE.match("".join(parts)):
        parts[0] = f"%{data[0]:02x}"
    whole = "".join(parts)
    return whole if len(whole) <= LIMITS[kind] else shorten(parts, data, LIMITS[kind])


def shorten(parts, data, limit):
    kept = ""
    for part in parts:
        if len(kept) + len(part) > limit - 15:
            break
        kept += part
    bits = int.from_bytes(hashlib.sha256(data).digest()[:9], "big") >> 7
    return kept + "%h" + "".join(BASE32HEX[bits >> shift & 31] for shift in range(60, -5, -5))


def random_name(length=6):
    """A nonce, or (of 8 characters) an owner."""
    return "".join(secrets.choice(BASE32HEX) for _ in range(length))


@dataclass(frozen=True)
class Header:
    """What a message's file name says (R23, R24). A copy with other fields gets a fresh nonce from `str`."""

    stamp: str
    id: str
    type: str
    priority: int = 1
    d: int = 0
    f: int = 0
    r: int = 0
    x: int = 0
    a: "int | None" = None
    e: "int | None" = None

    def __str__(self):
        counts = "".join(f".{key}{getattr(self, key)}" for key in "dfrx" if getattr(self, key) > 0)
        times = "".join(f".{key}{getattr(self, key)}" for key in "ae" if getattr(self, key) is not None)
        return f"{self.stamp}_{self.id}_{self.type}~p{self.priority}{counts}{times}~{random_name()}"


NAME = re.compile(
    r"([0-9]{8}T[0-9]{6}_[0-9]{3}Z)_([a-z0-9.%-]{1,36})_([a-z0-9._%-]{1,22})~p([012])"
    r"(?:\.d([1-9][0-9]{0,2}))?(?:\.f([1-9][0-9]{0,2}))?(?:\.r([1-9][0-9]{0,2}))?(?:\.x([1-9][0-9]?))?"
    r"(?:\.a([0-9]{1,13}))?(?:\.e([0-9]{1,13}))?~[0-9a-v]{6}(?:~([0-9a-v]{8}))?\.json"
)


def parse(name):
    """The header and the owner (None: not leased) in a file name; (None, None) if it is of another form."""
    match = NAME.fullmatch(name)
    if match is None:
        return None, None
    stamp, identifier, kind, *numbers, owner = match.groups()
    try:
        datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S")
    except ValueError:
        return None, None
    p, d, f, r, x = (int(number or 0) for number in numbers[:5])
    a, e = (None if number is None else int(number) for number in numbers[5:])
    return Header(stamp, identifier, kind, p, d, f, r, x, a, e), owner


def stamp_of(created_at):
    """`created_at`, cut to milliseconds, as names begin with it."""
    fraction = re.sub(r"[^0-9]", "", created_at[19:-1].replace("+00:0", "")) + "000"
    return re.sub(r"[-:]", "", created_at[:19]) + f"_{fraction[:3]}Z"


def now_text():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23] + "Z"


def after(delay_ms):
    """A moment, in whole milliseconds since 1970."""
    return int(time.time() * 1000 + delay_ms)
