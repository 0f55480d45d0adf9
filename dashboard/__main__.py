"""`python -m dashboard` and `plotroom`: chooses how tasks run, then hands over to the command line.

The only file that names eventlet. It has to patch the standard library before anything else is imported, hence the
imports inside the functions.
"""

import gc
import os
import sys
import warnings


def main() -> None:
    """Run the command line; under eventlet when it is going to serve."""
    # Imports make next to no garbage; looking for it again and again takes a tenth of a start. `run` enables it again.
    gc.disable()
    first = sys.argv[1] if len(sys.argv) > 1 else "serve"
    serves = first == "serve" or (first.startswith("-") and first not in ("-h", "--help", "--version"))
    if serves and os.environ.get("PLOTROOM_ASYNC_MODE", "eventlet") == "eventlet":
        _main_under_eventlet()
    else:
        from dashboard.cli import main as run

        run()


def _main_under_eventlet() -> None:
    # No names are looked up while serving; without its own resolver, eventlet is 7 MB smaller and starts sooner.
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    with warnings.catch_warnings():
        # It says that eventlet only gets bug fixes. That is known, and the way out is PLOTROOM_ASYNC_MODE=threading;
        # told at each start it would only teach people to overlook warnings.
        warnings.simplefilter("ignore")
        import eventlet

        eventlet.monkey_patch()
        import eventlet.tpool
        import eventlet.wsgi
    import socket
    import threading
    from ssl import SSLContext
    from typing import Any
    from wsgiref.types import WSGIApplication

    from dashboard.arrivals import NEWCOMER, Arrivals, Newcomer
    from dashboard.bodies import WholeRequests
    from dashboard.cli import main as run
    from dashboard.listener import Door, PatientListener
    from dashboard.live.upgrade import UPGRADE, Upgrade
    from dashboard.server import Limits, Runtime, ServerLog

    class Handler(Newcomer, eventlet.wsgi.HttpProtocol):  # type: ignore[misc]  # eventlet ships no types
        """eventlet's handler of a connection, with buffers of a size that thousands of WebSockets can have."""

        rbufsize, wbufsize = 1024, 2048

        def get_environ(self) -> dict[str, Any]:  # Any: WSGI's
            self.upgrade = Upgrade()
            environ: dict[str, Any] = {**super().get_environ(), NEWCOMER: self, UPGRADE: self.upgrade}
            # Each holds on to the head, or to all of this, for as long as the environ of a WebSocket is kept.
            for name in ("headers_raw", "eventlet.set_idle"):
                environ.pop(name, None)
            return environ

    class EventletServing:
        """eventlet's WSGI server, less its accepting: that ends at the first error, and gives no other task a turn."""

        def __init__(
            self, listener: socket.socket, application: WSGIApplication, limits: Limits, tls: SSLContext | None = None
        ) -> None:
            self._arrivals = Arrivals(limits.arrive_within, limits.body, pause=eventlet.sleep)
            self._listener = PatientListener(listener, Door(limits.connects, limits.exempt))
            self._handler = type("Handler", (Handler,), {"arrivals": self._arrivals, "tls": tls})
            self._idle = limits.idle
            self._places = threading.Semaphore(limits.connections)
            self._stopped = threading.Event()
            self._server = eventlet.wsgi.Server(
                listener,
                listener.getsockname(),
                WholeRequests(application, self._arrivals),
                environ={"wsgi.url_scheme": "https", "HTTPS": "on"} if tls else None,
                log_output=False,
                debug=False,
                socket_timeout=limits.idle,
            )
            self._server.log = ServerLog()

        def run(self) -> None:
            watch = eventlet.spawn(self._arrivals.watch)
            accept = eventlet.spawn(self._accept)
            accept.link(lambda _: self._stopped.set())
            self._stopped.wait()
            self._arrivals.end()
            watch.wait()
            if accept.dead:
                accept.wait()  # raises what has ended it
            accept.kill()
            self._listener.close()

        def stop(self) -> None:
            self._stopped.set()

        def _accept(self) -> None:
            while True:
                self._places.acquire()
                connection, address = self._listener.accept()
                connection.settimeout(self._idle)
                eventlet.spawn_n(self._serve, connection, address)

        def _serve(self, connection: socket.socket, address: Any) -> None:  # Any: of its family
            try:
                upgrade = self._handler([address, connection, eventlet.wsgi.STATE_IDLE], self._server).upgrade
                del connection  # TLS has put another one in its place
                upgrade.run()
            finally:
                self._places.release()

    run(Runtime("eventlet", eventlet.tpool.execute, EventletServing))


if __name__ == "__main__":
    main()
