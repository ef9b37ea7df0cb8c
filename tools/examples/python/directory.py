"""The messages directory (sections 1, 4 and 12): lists it, writes whole files into it, and renames."""

import json
import os
import stat
import time
import uuid
from pathlib import Path

from names import segment

LAYOUT = 1


class Directory:
    """A messages directory. Raises an OSError or a ValueError where something is not as it has to be."""

    def __init__(self, root: str | Path):
        self.root = Path(root)
        self.file_mode, self.folder_mode = 0o600, 0o700
        try:
            mode = os.stat(self.root / "layout.json").st_mode
            layout = json.loads((self.root / "layout.json").read_bytes())["layout"]
        except FileNotFoundError:
            return  # of layout 1, unfinished (R62)
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{self.root}/layout.json cannot be read: {error!r}") from error
        if layout is not LAYOUT:
            raise ValueError(f"{self.root} has layout {layout!r}; this program knows {LAYOUT}: use a newer one")
        if mode & stat.S_IWGRP and not mode & stat.S_IROTH:  # a group shares it (R7)
            self.file_mode, self.folder_mode = 0o660, 0o770

    def folder(self, *parts: str) -> Path:
        """The path of a directory below the root. No link is gone through (R6)."""
        path = self.root
        for part in parts:
            path /= part
            if path.is_symlink():
                raise OSError(f"{path} is a link: put a directory in its place")
        return path

    def make(self, *parts: str) -> Path:
        """Creates the directory and its parents, as far as they are missing, durably."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for depth in range(len(parts) + 1):
            path = self.folder(*parts[:depth])
            try:
                path.mkdir(self.folder_mode)
            except FileExistsError:
                continue
            path.chmod(path.stat().st_mode | self.folder_mode)  # the umask does not know that a group shares it
            flush(path.parent)
        return path

    def entries(self, *parts: str) -> list[os.DirEntry]:
        """What is in a directory: nothing if it is missing, but any other error is an error (R3)."""
        try:
            with os.scandir(self.folder(*parts)) as entries:
                return [*entries]
        except FileNotFoundError:
            return []

    def files(self, *parts: str) -> list[str]:
        """The names of the regular files in a directory (R6)."""
        return [entry.name for entry in self.entries(*parts) if entry.is_file(follow_symlinks=False)]

    def has(self, *parts: str) -> bool:
        try:
            os.lstat(self.folder(*parts[:-1]) / parts[-1])
            return True
        except FileNotFoundError:
            return False

    def read(self, *parts: str, limit: int) -> bytes:
        """At most so many bytes of a regular file, and one more if it has more. Links are not followed."""
        path, wanted = self.folder(*parts[:-1]) / parts[-1], ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # or a pipe hangs
        descriptor = os.open(path, sum({getattr(os, name, 0) for name in wanted}, os.O_RDONLY))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(f"{path} is no regular file")
            return file.read(limit + 1)

    def rename(self, source: Path, *target: str) -> bool:
        """Renames; False if somebody else was first (R72)."""
        folder, patience = self.folder(*target[:-1]), time.monotonic() + 5
        while True:
            try:
                os.replace(source, folder / target[-1])
                return True
            except FileNotFoundError:
                if not os.path.lexists(source):
                    return False
                if time.monotonic() > patience:
                    raise
                self.make(*target[:-1])
            except PermissionError:  # on Windows also: somebody has the file open
                if os.name != "nt" or time.monotonic() > patience:
                    raise
                time.sleep(0.05)

    def publish(self, octets: bytes, *target: str) -> None:
        """Puts a whole file under a name that does not exist, and makes it survive a power cut (R19, R20)."""
        renamed = False
        while not renamed:  # if others swept the temporary file, it is written again
            temporary = self.make("tmp") / f"{uuid.uuid4()}.tmp"
            try:
                self.create(temporary, octets)
                renamed = self.rename(temporary, *target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        flush(self.folder(*target[:-1]))

    def create(self, path: Path, octets: bytes) -> None:
        """Writes a file that must not exist (O_EXCL), and flushes it."""
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, self.file_mode)) as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(self.file_mode)


class Box:
    """An inbox or an outbox, and where its messages are in every state: parts of paths below the root (R2)."""

    def __init__(self, directory: Directory, kind: str, agent: str):
        self.directory, self.kind, self.agent = directory, kind, agent
        self.name = segment("agent", agent)
        self.waiting, self.leases = (kind, self.name), ("locks", kind, self.name)
        self.dead, self.ledger = ("dlq", kind, self.name), ("processed", kind, self.name)

    def journal(self, message: str) -> tuple[str, ...]:
        return "journal", self.kind, self.name, message


def flush(folder: Path) -> None:
    """Makes the names in a directory survive a power cut; Windows does not offer that to Python."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
