"""`python -m dashboard` and `plotroom`: chooses how tasks run, then hands over to the command line.

The only file that names eventlet. It has to patch the standard library before anything else is imported, hence the
imports inside the functions.
"""

import os
import sys
import warnings


def main() -> None:
    """Run the command line; under eventlet when it is going to serve."""
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
    import logging
    import socket
    import threading
    from wsgiref.types import WSGIApplication

    from dashboard.cli import main as run
    from dashboard.server import Limits, PatientListener, Runtime

    class EventletServing:
        """eventlet's WSGI server."""

        def __init__(self, listener: socket.socket, application: WSGIApplication, limits: Limits) -> None:
            self._listener = listener
            self._application = application
            self._limits = limits
            self._stopped = threading.Event()

        def run(self) -> None:
            task = eventlet.spawn(
                eventlet.wsgi.server,
                PatientListener(self._listener),
                self._application,
                log=logging.getLogger("dashboard.server"),
                log_output=False,
                max_size=self._limits.connections,
                debug=False,
                socket_timeout=self._limits.idle,
            )
            task.link(lambda _: self._stopped.set())
            self._stopped.wait()
            if task.dead:
                task.wait()  # raises what has ended it
            # Ends the accepting. The task itself would wait for every connection, the half-open ones included; those
            # end with the process.
            task.kill()
            self._listener.close()

        def stop(self) -> None:
            self._stopped.set()

    run(Runtime("eventlet", eventlet.tpool.execute, EventletServing))


if __name__ == "__main__":
    main()
