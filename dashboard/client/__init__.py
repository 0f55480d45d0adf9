"""Plotroom from Python: live samples, the past of a metric, and the people who look at it.

    from dashboard.client import Client

    with Client("http://127.0.0.1:8420") as c:
        for batch in c.subscribe("system.cpu"):
            print(batch.times[-1], batch.values[:, -1])

docs/clients.md shows the rest. It uses threads of its own and no eventlet, and nothing here imports the server.
"""

from dashboard.client.batch import Batch, Kept
from dashboard.client.client import Client
from dashboard.client.errors import CannotConnect, ClientError, Missing, Refused
from dashboard.client.history import History
from dashboard.client.subscription import Subscription
from dashboard.client.talk import Message

__all__ = [
    "Batch",
    "CannotConnect",
    "Client",
    "ClientError",
    "History",
    "Kept",
    "Message",
    "Missing",
    "Refused",
    "Subscription",
]
