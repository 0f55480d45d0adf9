"""A connection without a network: it takes as many bytes as it is told, at the moments at which it is told."""

from __future__ import annotations

from collections.abc import Callable

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]  # eventlet brings it; it ships no types


class Pipe:
    """The writing end of a client's connection, as an outbox wants it.

    Tasks that wait for it are greenlets: they go on in `run` and nowhere else.

    Args:
        room: bytes that it takes before it is full.
        sticky: as with TLS, what was tried has to be tried again until it is taken; anything else fails the test.
        most: bytes that it takes of one write, whatever its room, as TLS does with its records.

    Attributes:
        at_once: bytes of the largest write that may be tried.
        sent: what it has taken.
        writes: what it was given at each try.
        life: bytes after which it breaks; None: never.
        broken: it has, and says so to who writes.
    """

    def __init__(self, room: int = 0, sticky: bool = False, most: int = 2**30) -> None:
        self.room = room
        self.sticky = sticky
        self.at_once = 2**30
        self.most = most
        self.sent = bytearray()
        self.writes: list[bytes] = []
        self.life: int | None = None
        self.broken = False
        self._owed = b""
        self._tasks: list[greenlet] = []

    @property
    def busy(self) -> bool:
        """Whether a task has begun or is to begin that has not ended."""
        return bool(self._tasks)

    def try_write(self, data: bytes) -> int:
        if self.broken:
            raise BrokenPipeError
        self.writes.append(bytes(data))
        assert not self.sticky or self.writes[-1].startswith(self._owed), "something else was tried first"
        count = min(self.room, self.most, len(data))
        if self.life is not None:
            count = min(count, self.life)
            self.life -= count
            self.broken = not self.life
        self.sent += data[:count]
        self.room -= count
        self._owed = self.writes[-1][count:]
        return count

    def write_on(self, run: Callable[[], None]) -> None:
        self._tasks.append(greenlet(run))

    def wait_and_write(self, data: memoryview) -> int:
        while not self.room and not self.broken:
            self.wait()
        return self.try_write(bytes(data))

    def pause(self) -> None:
        self.wait()

    def wait(self) -> None:
        """End the turn of the task that calls this."""
        parent = getcurrent().parent
        assert parent is not None, "only a task may wait"
        parent.switch()

    def run(self, room: int = 0) -> None:
        """Take so many bytes more, and let each task go on until it waits."""
        self.room += room
        for task in list(self._tasks):
            task.switch()
        self._tasks = [task for task in self._tasks if not task.dead]

    def cut(self) -> None:
        """Break at once."""
        self.broken = True
