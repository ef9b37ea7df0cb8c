"""Names: ids as path segments (R8, R9), and what the name of a message's file says (R23, R24)."""

import hashlib
import json
import math
import re
import secrets
import time
import uuid
from calendar import monthrange
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

DIGITS = "0123456789abcdefghijklmnopqrstuv"  # base32hex in lower case
LIMITS = {"agent": 28, "type": 22}  # characters of a segment; all others have 36
DEVICE = re.compile(r"(con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])([.%]|\Z)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)", re.A)
HEADER = re.compile(
    r"(?P<stamp>\d{8}T\d{6}_\d{3}Z)_(?P<message>[0-9a-z.%-]{1,36})_(?P<type>[0-9a-z._%-]{1,22})"
    r"~p(?P<priority>[012])(?:\.d(?P<deliveries>[1-9]\d{0,2}))?(?:\.f(?P<failures>[1-9]\d{0,2}))?"
    r"(?:\.r(?P<releases>[1-9]\d{0,2}))?(?:\.x(?P<run>[1-9]\d?))?"
    r"(?:\.a(?P<not_before>\d{1,13}))?(?:\.e(?P<expires>\d{1,13}))?"
    r"~(?P<nonce>[0-9a-v]{6})(?:~(?P<owner>[0-9a-v]{8}))?\.json",
    re.A,
)


def is_id(value: object) -> bool:
    """Whether this can be an id: 1 to 512 characters, well-formed, none of them a control character."""
    if not isinstance(value, str) or not 1 <= len(value) <= 512 or CONTROL.search(value):
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)


def segment(kind: str, id: str) -> str:
    """The id as a part of a path. `kind` is agent, message, workflow, task or type (R8)."""
    if not is_id(id):
        raise ValueError(f"{id[:80]!r} is no id: it takes 1 to 512 characters without control characters")
    kept = "abcdefghijklmnopqrstuvwxyz0123456789-." + ("" if kind == "message" else "_")
    octets, limit = id.encode(), LIMITS.get(kind, 36)
    parts = [chr(octet) if chr(octet) in kept else f"%{octet:02x}" for octet in octets]
    if parts[-1] == ".":
        parts[-1] = "%2e"
    if parts[0] in ".-" or DEVICE.match("".join(parts)):
        parts[0] = f"%{octets[0]:02x}"
    if len("".join(parts)) <= limit:
        return "".join(parts)
    while len("".join(parts := parts[:limit])) > limit - 15:
        parts.pop()
    number = int.from_bytes(hashlib.sha256(octets).digest()[:9], "big") >> 7  # the first 65 bits
    return "".join(parts) + "%h" + "".join(DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def id_of(kind: str, name: str) -> str | None:
    """The id that has this segment; None for a shortened one, and for one that is somebody else's name (R9)."""
    try:
        id = unquote_to_bytes(name).decode()
        return id if segment(kind, id) == name else None
    except ValueError:
        return None


def derived_id(agent: str, message_id: str, run: int, what: str) -> str:
    """The id of what follows from a message: the same whenever it is sent again (R50)."""
    text = json.dumps([agent, message_id, str(run), what], ensure_ascii=False, separators=(",", ":"))
    octets = bytearray(hashlib.sha256(text.encode()).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(octets)))


def fresh(length: int) -> str:
    """So many random digits: a nonce has 6, an owner 8."""
    return "".join(secrets.choice(DIGITS) for _ in range(length))


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def moment_in(ms: float) -> int:
    """The moment in so many milliseconds, as a name can tell it: it has 13 digits for that (R23)."""
    if not -(10**13) < ms < 10**13 or not 0 <= now_ms() + math.ceil(ms) < 10**13:
        raise ValueError(f"a delay or time to live of {ms} ms leads out of the years 1970 to 2286")
    return now_ms() + math.ceil(ms)


def timestamp(ms: int) -> str:
    """The moment as RFC 3339 has it, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"


def stamp_of(created_at: object) -> str | None:
    """The stamp of a time, cut to milliseconds; None if this is not the time of a moment in UTC (R12, R23)."""
    found = TIME.fullmatch(created_at) if isinstance(created_at, str) else None
    if found is None:
        return None
    stamp = "{}{}{}T{}{}{}_{:0<3.3}Z".format(*found.groups(default=""))
    return stamp if is_moment(stamp) else None


def is_moment(stamp: str) -> bool:
    """Whether there is such a day and such a time of day."""
    digits = stamp.replace("T", "")
    year, month, day, hour, minute, second = int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and hour < 24 and minute < 60 and second < 60


class Header(NamedTuple):
    """What a message's name says, without `.json`; with an owner it names a lease."""

    stamp: str
    message: str
    type: str
    priority: int = 1
    deliveries: int = 0
    failures: int = 0
    releases: int = 0
    run: int = 0
    not_before: int | None = None
    expires: int | None = None
    nonce: str = ""
    owner: str = ""

    @classmethod
    def parse(cls, name: str) -> "Header | None":
        """Reads a ready or leased name; None for any other (R24)."""
        found = HEADER.fullmatch(name)
        if not found or not is_moment(found["stamp"]):
            return None
        given = {key: text for key, text in found.groupdict().items() if text is not None}
        words = ("stamp", "message", "type", "nonce", "owner")
        return cls(**{key: text if key in words else int(text) for key, text in given.items()})

    def renamed(self, **changes) -> "Header":
        """The next name of the same message: no name is used twice (R4)."""
        return self._replace(nonce=fresh(6), **changes)

    def __str__(self) -> str:
        counts = zip("dfrx", (self.deliveries, self.failures, self.releases, self.run))
        times = zip("ae", (self.not_before, self.expires))
        fields = "".join(f".{letter}{count}" for letter, count in counts if count)
        fields += "".join(f".{letter}{moment}" for letter, moment in times if moment is not None)
        owner = f"~{self.owner}" if self.owner else ""
        return f"{self.stamp}_{self.message}_{self.type}~p{self.priority}{fields}~{self.nonce}{owner}"
