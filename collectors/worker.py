"""The collector process: loads one plugin and runs each of its collectors in a thread, as the server asks.

It is started as `python -m collectors.worker <socket> <pid of the server> <name>`, imports neither the server nor what
that patches, and ends with it. Frames come and go over the socket; whatever the plugin prints goes elsewhere.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from collectors.errors import Misconfigured, PluginRefused, Unavailable
from collectors.frames import FrameError, Header, Known, Reader, encode, pack
from collectors.instance import Trouble
from collectors.plugin_files import MOST_FILES, is_own
from collectors.registry import Declaration, load_file, load_module
from collectors.sample import Batch
from collectors.sampler import Sampler
from collectors.streaming import PORTION, Streamer

_PR_SET_PDEATHSIG = 1
#: Characters of an error's text that the server is told; a plugin's exception may quote a whole document.
_MOST_TEXT = 2_000

Send = Callable[[Header, Sequence[bytes]], None]


class Lane:
    """One collector in its own thread; commands run one after another."""

    def __init__(self, kind: Declaration, send: Send) -> None:
        self._declaration = kind
        self._send = send
        self._commands: queue.SimpleQueue[Header | None] = queue.SimpleQueue()
        self._known: Known = {}
        self._sampler: Sampler | None = None
        self.thread = threading.Thread(target=self._run, name=kind.name, daemon=True)
        self.thread.start()

    def put(self, command: Header | None) -> None:
        """Run `command` after those before it; None ends the thread."""
        self._commands.put(command)

    def _run(self) -> None:
        for command in iter(self._commands.get, None):
            if command["do"] == "pushed":
                time.sleep(PORTION)  # more will come: one frame for all of it
                self._pass_on()
            else:
                self._answer(command)
        self._close()

    def _answer(self, command: Header) -> None:
        started = time.perf_counter()
        done: Header = {"do": "done", "id": command["id"], "outcome": "ok"}
        arrays: list[bytes] = []
        try:
            batches = self._execute(command)
            if self._sampler is not None and self._sampler.troubles:
                done["troubles"] = [_told(one) for one in self._sampler.troubles]
            done["duration"] = time.perf_counter() - started
            done["batches"], arrays = pack(batches, self._known)
            self._send(done, arrays)
        except BaseException as error:  # the job boundary of this process: even a SystemExit is an outcome
            self._known.clear()
            done = {"do": "done", "id": command["id"]}
            done["duration"] = time.perf_counter() - started
            self._send({**done, **outcome(error)}, ())

    def _execute(self, command: Header) -> list[Batch]:
        if command["do"] == "open":
            self._close()
            self._known.clear()
            self._sampler = self._make(command["tables"])
            self._sampler.open()
        elif command["do"] == "collect" and self._sampler is not None:
            return self._sampler.collect(command["tick"])
        elif command["do"] == "close":
            self._close()
        return []

    def _make(self, tables: Sequence[dict[str, object]]) -> Sampler:
        kind = self._declaration.kind
        assert kind is not None
        if self._declaration.streams:
            return Streamer(kind, tables, lambda: self.put({"do": "pushed"}))
        return Sampler(kind, tables)

    def _pass_on(self) -> None:
        if isinstance(self._sampler, Streamer):
            batches = self._sampler.take()
            try:
                rows, arrays = pack(batches, self._known)
                self._send({"do": "batches", "collector": self._declaration.name, "batches": rows}, arrays)
            except FrameError as error:  # this portion is lost, the stream goes on
                self._known.clear()
                sys.stderr.write(f"{self._declaration.name}: {error}\n")

    def _close(self) -> None:
        sampler, self._sampler = self._sampler, None
        if sampler is not None:
            sampler.close()


def outcome(error: BaseException) -> Header:
    """What the server is told of an error."""
    if isinstance(error, Unavailable):
        return {"outcome": "unavailable", "reason": error.reason[:_MOST_TEXT]}
    if isinstance(error, Misconfigured):
        return {"outcome": "misconfigured", "field": error.field[:_MOST_TEXT], "why": error.why[:_MOST_TEXT]}
    return {
        "outcome": "failed",
        "kind": type(error).__name__,
        "text": str(error)[:_MOST_TEXT],
        "where": _where(error.__traceback__),
        "trace": "".join(traceback.format_exception(error))[-2 * _MOST_TEXT :],
    }


def _told(trouble: Trouble) -> Header:
    """A trouble for the server; one that was told before without its traceback."""
    error = outcome(trouble.error)
    if not trouble.fresh:
        error.pop("trace", None)
    return {"instance": trouble.instance, "fresh": trouble.fresh, **error}


def _where(trace: TracebackType | None) -> str:
    """The last line of the plugin's own code, else of any."""
    frames = traceback.extract_tb(trace)
    here = str(Path(__file__).parent)
    foreign = [frame for frame in frames if not frame.filename.startswith(here)] or list(frames)
    return f"{Path(foreign[-1].filename).name}, line {foreign[-1].lineno}" if foreign else ""


class Worker:
    """Reads commands from `channel` and answers them."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._sending = threading.Lock()
        self._declarations: dict[str, Declaration] = {}
        self._lanes: dict[str, Lane] = {}
        self._loads: queue.SimpleQueue[Header | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Serve until the server says stop or is gone."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        # Plugins are imported in the main thread, where signal handlers and some libraries must be set up.
        for command in iter(self._loads.get, None):
            self._load(command)
        for lane in self._lanes.values():
            lane.put(None)
        deadline = time.monotonic() + 1.0
        for lane in self._lanes.values():
            lane.thread.join(max(0.0, deadline - time.monotonic()))

    def _read(self) -> None:
        """Hand each command to where it runs. The end of the stream is the end of the server."""
        reader = Reader(self._channel.recv)
        try:
            while (frame := reader.read()) is not None:
                command, _ = frame
                if command["do"] == "load":
                    self._loads.put(command)
                elif command["do"] == "stop":
                    self._loads.put(None)
                    continue
                else:
                    self._lane(command["collector"]).put(command)
        finally:
            end_group()

    def _lane(self, name: str) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(self._declarations[name], self._send)
        return lane

    def _load(self, command: Header) -> None:
        try:
            if "file" in command:
                found = load_file(Path(command["file"]))
            else:
                found = [one for module in command["modules"] for one in load_module(module)]
            self._declarations = {one.name: one for one in found}
            known = [one.as_dict() for one in found]
            self._send({"do": "loaded", "id": command["id"], "collectors": known, "files": _files(command)}, ())
        except Exception as error:  # PluginRefused as a rule; a figure that is no JSON, or too long a frame, too
            line = error.line if isinstance(error, PluginRefused) else None
            why = error.why if isinstance(error, PluginRefused) else f"{type(error).__name__}: {error}"
            refused: Header = {"do": "refused", "id": command["id"], "why": why[:_MOST_TEXT], "line": line}
            self._send(refused, ())

    def _send(self, header: Header, arrays: Sequence[bytes]) -> None:
        frame = encode(header, arrays)
        with self._sending:
            try:
                self._channel.sendall(frame)
            except OSError:  # the server is gone, or the plugin has closed what is not its own
                end_group()


def _files(command: Header) -> dict[str, list[int]]:
    """The plugin's own files, helpers beside it included: a change of any of them is a change of the plugin.

    Each with time, size and inode, so that an edit that is made right now is noticed, too.
    """
    if "file" not in command:
        return {}
    folder = Path(command["file"]).absolute().parent
    modules = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    names = sorted(name for name in modules if name and is_own(Path(name), folder))[:MOST_FILES]
    found = {name: os.stat(name) for name in names if os.path.exists(name)}
    return {name: [one.st_mtime_ns, one.st_size, one.st_ino] for name, one in found.items()}


def end_group() -> None:
    """End this process and all that the plugin has started, at once."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def guard(parent: int) -> None:
    """See to it that this process dies with the server, even while a plugin holds the interpreter's lock.

    The reader's thread sees the server's end and ends the whole group; but it needs that lock. So the kernel sends
    SIGHUP, too, whose handler is `alarm` of the C library itself: alarm(SIGHUP) is alarm(1), and one second later
    SIGALRM ends the process. Ending it at once would leave no time to end what the plugin has started.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
        libc.signal.restype = ctypes.c_void_p
        libc.signal(signal.SIGHUP, ctypes.cast(libc.alarm, ctypes.c_void_p))
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGHUP), 0, 0, 0)
        _prefer_for_the_oom_killer()
    if os.getppid() != parent:  # it died before the kernel was asked to tell
        end_group()


def _prefer_for_the_oom_killer() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:
        pass


def main(arguments: Sequence[str]) -> None:
    """Run the collector process."""
    channel = socket.socket(fileno=int(arguments[0]))
    channel.setblocking(True)
    channel.set_inheritable(False)
    guard(int(arguments[1]))
    _no_core_dumps()
    # A segmentation fault, and where a collector hangs when the server asks (SIGUSR1), are told in the log.
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    sys.dont_write_bytecode = True  # a plugin's folder stays as its author left it
    sys.argv = [arguments[2]]
    Worker(channel).run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # without waiting for threads of the plugin; the server ends what else is left of the group


def _no_core_dumps() -> None:
    import resource  # Unix only, as all of this file

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
