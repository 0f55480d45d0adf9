"""What a user of Flask-SocketIO writes for our work: `python flask_socketio_rooms.py PORT`.

Clients join rooms with `sub`; `tick` emits `sample` to each of so many rooms, n times: as fast as it goes, or every so
many seconds, and then each payload begins with the time of day.
"""

import sys
import time
import warnings

warnings.simplefilter("ignore")  # eventlet's, which says that it only gets bug fixes
import eventlet  # noqa: E402

eventlet.monkey_patch()
from flask import Flask  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402

app = Flask(__name__)
sio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*", http_compression=False)


@app.get("/")
def ready() -> str:
    return "ready"


@sio.on("sub")  # type: ignore[untyped-decorator]  # Flask-SocketIO ships no types
def sub(rooms: list[str]) -> str:
    for room in rooms:
        join_room(room)
    return "ok"


@sio.on("tick")  # type: ignore[untyped-decorator]
def tick(wanted: dict[str, float]) -> None:
    sio.start_background_task(publish, int(wanted["n"]), int(wanted["rooms"]), int(wanted["size"]), wanted["every"])


def publish(n: int, rooms: int, size: int, every: float) -> None:
    due = time.time()
    for _ in range(n):
        for room in range(rooms):
            stamp = f"{time.time():.6f} "
            sio.emit("sample", stamp + "x" * (size - len(stamp)), to=f"r{room}")
        due += every
        sio.sleep(max(0, due - time.time()) if every else 0)


sio.run(app, host="127.0.0.1", port=int(sys.argv[1]))
