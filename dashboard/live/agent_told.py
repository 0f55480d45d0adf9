"""What agents are told, as models; see `dashboard.live.told`."""

from __future__ import annotations

from pydantic import Field

from dashboard.live.told import Done, Time, Told


class AgentLimits(Told):
    """What an agent may send."""

    message: int = Field(description="bytes of the largest message")
    events: float = Field(description="requests a second")
    burst: int = Field(description="requests at once")


class AgentHello(Told):
    """What an agent gets first."""

    version: str = Field(description="of the server")
    limits: AgentLimits


class RegisterAnswer(Done):
    """The agent is taken."""

    n: int = Field(ge=0, description="number of the last samples of this run that the server has")


class ClockAnswer(Done):
    """The time of the server."""

    now: Time
