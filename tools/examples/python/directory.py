"""Files of a messages directory: docs/protocol.md, sections 1, 4 and 12."""

import json
import os
import stat
import uuid
from pathlib import Path


class Refused(Exception):
    """Something that is not done, with words that say why."""


class Directory:
    """An open messages directory of layout 1 (R62)."""

    def __init__(self, root):
        self.root = Path(root)
        layout = self.root / "layout.json"
        self.file_mode, self.directory_mode = 0o600, 0o700
        try:
            version = json.loads(layout.read_bytes())
        except FileNotFoundError:
            return
        except ValueError as error:
            raise Refused(f"{layout} does not say which layout this is.") from error
        number = version.get("layout") if isinstance(version, dict) else None
        if type(number) is not int or number != 1:
            raise Refused(f"{layout} speaks of layout {number}; this program knows layout 1.")
        if layout.stat().st_mode & 0o067 == 0o060:  # R7: made for a group
            self.file_mode, self.directory_mode = 0o660, 0o770

    def path(self, *parts):
        """A path below the root, on which no link stands in for a directory (R6)."""
        place = self.root
        for part in "/".join(parts).split("/"):
            place = place / part
            if place.is_symlink() and place.is_dir():
                raise Refused(f"{place} is a link; links are not gone through.")
        return place

    def make(self, path):
        """Makes a directory and its parents."""
        for place in [*reversed(path.parents), path]:
            if self.root in (place, *place.parents) and not place.is_dir():
                place.mkdir(self.directory_mode, exist_ok=True)
                os.chmod(place, self.directory_mode)
                self.flush(place.parent)

    def write(self, target, text, durable=True):
        """Publishes a file: whole under a temporary name, then renamed (R19, R20). Leaves nothing behind when it fails."""
        temporary = self.path("tmp", f"{uuid.uuid4()}.tmp")
        self.make(temporary.parent)
        try:
            with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, self.file_mode), "wb") as file:
                os.fchmod(file.fileno(), self.file_mode)
                file.write(text.encode("utf-8"))
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            if not self.move(temporary, target):
                raise Refused(f"{temporary} was swept away; send again.")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            self.flush(target.parent)

    def move(self, source, target):
        """Renames: True if this call did it, False if somebody else was first (R72)."""
        for attempt in (1, 2):
            try:
                os.rename(source, target)
                return True
            except FileNotFoundError:
                if not source.exists():
                    return False
                if attempt == 2:
                    raise
                self.make(target.parent)

    def flush(self, directory):
        """Makes the names in a directory durable."""
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def names(self, directory):
        """The names of regular files; none where the directory is missing. Any other error is raised (R3, R6)."""
        try:
            with os.scandir(directory) as entries:
                return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []

    def read(self, path, limit):
        """At most `limit` bytes and one more, through no link; None if the file is gone."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            return file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
