"""A collector process: started, spoken with over its socket, watched, and ended whatever it does."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psutil

from collectors.errors import PluginRefused
from collectors.frames import FrameError, Header, Known, Reader, encode, unpack
from collectors.registry import Declaration
from collectors.sample import Batch
from dashboard.sampling.answers import Answer, Meter, answer
from dashboard.sampling.calls import Call, Calls
from dashboard.sampling.launch import exit_reason, launch
from dashboard.sampling.limits import Limits, ProcessLost
from dashboard.sampling.output import Output
from dashboard.sampling.target import Target
from dashboard.tasks import Tasks

log = logging.getLogger(__name__)

#: Seconds that a killed process may take to be gone before it is left to the monitor.
REAP_TIME = 1.0

OnBatches = Callable[[str, list[Batch]], None]


class WorkerProcess:
    """One collector process.

    Only the thread that calls `start` keeps it alive: Linux ends the process with the thread that started it.

    Args:
        name: of the plugin, for the log.
        target: what to load.
        limits: what it may take.
        tasks: how to spawn the tasks that read from it.
        on_batches: called with a collector's name and what it pushed.
        on_lost: called once, in a task, when the process is gone.

    Attributes:
        reason: why it is gone or about to be; "" while all is well.
        files: the plugin's own files with time (ns), size and inode, once it is loaded.
    """

    def __init__(
        self,
        name: str,
        target: Target,
        limits: Limits,
        tasks: Tasks,
        on_batches: OnBatches = lambda collector, batches: None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.reason = ""
        self.files: dict[str, tuple[int, ...]] = {}
        self.lost = threading.Event()
        self._target = target
        self._limits = limits
        self._tasks = tasks
        self._on_batches = on_batches
        self._on_lost = on_lost
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._printed: socket.socket | None = None
        self._output = Output(name, tasks.clock)
        self._output_ended = threading.Event()
        self._sending = threading.Lock()
        self._calls = Calls()
        self._known: Known = {}
        self._metrics: frozenset[str] = frozenset()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start the process.

        Raises:
            ProcessLost: the system refuses to.
        """
        try:
            self._process, self._channel, self._printed = launch(self.name)
        except OSError as error:
            raise ProcessLost(f"its process could not be started: {error.strerror}") from None
        self._tasks.spawn(self._read_output, self._printed)
        self._tasks.spawn(self._read, self._channel)

    def load(self) -> list[Declaration]:
        """Load the plugin in the process.

        Raises:
            PluginRefused: it can't be loaded; the text says where and why.
            ProcessLost: the process ended over it, or took too long.
        """
        call = self._send({"do": "load", **self._target.as_dict()})
        if not call.done.wait(self._limits.load_time):
            self.kill(f"did not load within {self._limits.load_time:g} s", ask_where=True)
        reply = self._reply(call)
        if reply["do"] == "refused":
            line = reply.get("line")
            raise PluginRefused(str(self._target), str(reply.get("why")), line if isinstance(line, int) else None)
        try:
            declarations = [Declaration.from_dict(one) for one in reply["collectors"]]
            self.files = {str(name): tuple(stamp) for name, stamp in reply["files"].items()}
        except Exception as error:  # the other process is not believed; whatever is wrong with it is its fault
            raise PluginRefused(str(self._target), f"can't be understood: {type(error).__name__}: {error}") from None
        self._metrics = frozenset(metric.name for one in declarations for metric in one.metrics)
        return declarations

    def call(
        self,
        do: str,
        collector: str,
        patience: float,
        late: tuple[float, Callable[[], None]] | None = None,
        **more: object,
    ) -> Answer:
        """Let `collector` do something and wait for its samples.

        Args:
            do: `open`, `collect` or `close`.
            collector: its name.
            patience: seconds after which the process is killed.
            late: seconds after which a function is called, once.
            more: what the command needs.

        Raises:
            Unavailable, Misconfigured, CollectorFailed: what the collector raised there.
            ProcessLost: the process is gone.
        """
        call = self._send({"do": do, "collector": collector, **more})
        left = patience
        if late is not None and late[0] < patience and not call.done.wait(late[0]):
            late[1]()
            left -= late[0]
        if not call.done.wait(left):
            self.kill(f"{collector} did not return from {do} within {patience:g} s", ask_where=True)
        return answer(self._reply(call), call.batches)

    def ask_to_close(self, collector: str, patience: float) -> None:
        """Let `collector` close its source, if it does so in time."""
        self._send({"do": "close", "collector": collector}).done.wait(patience)

    def cancel(self, collector: str | None = None) -> None:
        """Let who waits for an answer of `collector` (None: of any) go, with `ProcessLost`."""
        self._calls.cancel(collector)

    def kill(self, reason: str, ask_where: bool = False) -> None:
        """End the process and all that it has started, at once.

        Args:
            reason: why; shown to people.
            ask_where: first let it write where its threads are, which ends up in the reason.
        """
        if self._process is None or self.reason or self.lost.is_set():
            return
        self.reason = reason
        if ask_where:
            self._output.hush()
            self._signal(signal.SIGUSR1, group=False)
            self._tasks.sleep(0.1)
            place = self._output.place(self._target.file)
            self.reason = f"{reason} (it was at {place})" if place else reason
        self._signal(signal.SIGKILL)
        self._shut(self._channel)

    def stop(self, grace: float = 0.5) -> None:
        """Let it close its collectors, then end it. Returns when it is gone or given up on."""
        if self._process is None or self.lost.is_set():
            return
        try:
            self._send({"do": "stop"})
            self.lost.wait(grace)
        except ProcessLost:
            pass
        self.kill("stopped")
        self.lost.wait(REAP_TIME)

    def check_memory(self) -> None:
        """Kill the process when it has taken more memory than it may."""
        if self._process is None or self.lost.is_set():
            return
        try:
            resident = psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:  # it ended a moment ago
            return
        if resident > self._limits.max_memory:
            self.kill(
                f"its process took {resident >> 20} MiB of memory; "
                f"sampling.max_memory allows {self._limits.max_memory >> 20} MiB"
            )

    def reap(self) -> bool:
        """True when the process is gone for good; one that hangs in the kernel may be gone later."""
        return self._process is None or self._process.poll() is not None

    def _send(self, header: Mapping[str, Any]) -> Call:
        call = self._calls.new(str(header.get("collector", "")))
        try:
            frame = encode({**header, "id": call.number})
            with self._sending:
                if self._channel is None or self.lost.is_set():
                    raise ProcessLost(self.reason or "its process is not running")
                self._channel.sendall(frame)
        except OSError:
            self.lost.wait(REAP_TIME * 2)
            raise ProcessLost(self.reason or "its process ended") from None
        return call

    def _reply(self, call: Call) -> Header:
        if call.reply is None:
            if self.reason or self.reap():
                self.lost.wait(REAP_TIME)  # so that the reason is known
            raise ProcessLost(self.reason or "stopped")
        return call.reply

    def _read(self, channel: socket.socket) -> None:
        """Take frames until the process is gone."""
        reader = Reader(channel.recv)
        meter = Meter(reader, self._tasks.clock.monotonic)
        try:
            while (frame := reader.read()) is not None:
                meter.count()
                self._take(*frame)
                self._tasks.sleep(0)  # a flood must not keep the hub from everyone else
        except FrameError as error:
            self.kill(f"sent what it must not: {error}")
        except OSError as error:
            self.kill(f"its socket failed: {error.strerror}")
        finally:
            self._ended(channel)

    def _take(self, header: Header, payload: memoryview) -> None:
        batches = unpack(header.get("batches", ()), payload, self._known, self._metrics)
        if header.get("do") == "batches":
            self._on_batches(str(header.get("collector")), batches)
        else:
            self._calls.answered(header, batches)

    def _ended(self, channel: socket.socket) -> None:
        self._signal(signal.SIGKILL)  # what the plugin has started; and itself, if it only closed its socket
        waited = 0.0
        while not self.reap() and waited < REAP_TIME:
            self._tasks.sleep(0.01)
            waited += 0.01
        if not self.reason and self._process is not None:
            self.reason = exit_reason(self._process.returncode)
        self._output_ended.wait(0.3)  # its last words
        self._shut(self._printed)
        with self._sending:
            channel.close()  # first: who has waited for the end finds nothing open
            self.lost.set()
        self.cancel()
        self._on_lost()

    def _read_output(self, printed: socket.socket) -> None:
        try:
            while data := printed.recv(65_536):
                self._tasks.sleep(self._output.feed(data))
        except OSError:
            pass
        finally:
            self._output.end()
            printed.close()
            self._output_ended.set()

    def _signal(self, number: signal.Signals, group: bool = True) -> None:
        """Signal the process, as long as its id can't have become another's."""
        if self._process is None or self._process.returncode is not None:
            return
        try:
            (os.killpg if group else os.kill)(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    @staticmethod
    def _shut(end: socket.socket | None) -> None:
        try:
            if end is not None:
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
