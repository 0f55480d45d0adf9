"""What an operator can set: one table of names, types, defaults and help.

`plotroom.toml`, `PLOTROOM_*`, the command line's options, `--help`, `plotroom settings` and docs/settings.md are all
made from it. Defaults < plotroom.toml < environment < arguments. How they are read is in `settings_sources.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
)

_UNITS = {"": 1, "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


def _seconds(value: object) -> object:
    """`"90 s"`, `"15 min"` or `"1 h"` as seconds; anything else is left to pydantic."""
    match = re.fullmatch(r"([\d.]+)\s*([a-z]*)", value.strip()) if isinstance(value, str) else None
    if match is None or match[2] not in _UNITS:
        return value
    return float(match[1]) * _UNITS[match[2]]


Seconds = Annotated[float, BeforeValidator(_seconds)]


class Table(BaseModel):
    """A table of settings: frozen, and an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


class LiveSettings(Table):
    """How browsers are kept up to date."""

    ping_interval: Seconds = Field(8, gt=0, le=300, description="seconds between two heartbeats of a connection")
    ping_timeout: Seconds = Field(8, gt=0, le=300, description="seconds without an answer after which it is dead")
    flush_ms: float = Field(
        10, ge=0, le=1000, description="milliseconds for which messages wait for others of their tick"
    )
    max_fps: float = Field(
        20, gt=0, le=1_000_000, description="frames a second of one metric; the samples of a faster one travel together"
    )
    max_backlog: ByteSize = Field(
        ByteSize(2**20), ge=2**14, description='samples that wait for a slow browser: bytes, or "1 MiB"; older ones go'
    )
    stalled_after: Seconds = Field(
        10, gt=0, le=300, description="seconds after which a client that reads nothing is closed"
    )
    join_within: Seconds = Field(
        10, gt=0, le=300, description="seconds for a request to arrive, and for a client to say what it wants"
    )
    max_clients: int = Field(8192, ge=1, le=1_000_000, description="connections at the same time")
    max_connects: float = Field(
        100, gt=0, le=1_000_000, description="new connections a second from one address; ten times as many at once"
    )
    max_message: int = Field(16_384, ge=1024, le=1_048_576, description="bytes of the largest message from a browser")
    max_events: float = Field(20, gt=0, le=100_000, description="requests a second of one browser")
    burst: int = Field(50, ge=1, le=100_000, description="requests that it may send at once")
    max_rooms: int = Field(200, ge=1, le=100_000, description="metrics that one browser may watch at the same time")
    top_every: Seconds = Field(20, gt=0, le=3600, description="seconds between two messages of the newest offsets")
    polling: bool = Field(False, description="also offer HTTP long-polling to browsers whose WebSockets are blocked")
    compression: bool = Field(False, description="let browsers ask for per-message compression (costs CPU per browser)")


#: The bound of dashboard/history/ring.py.
_MEMORY = (
    'how long in memory, for the quickest answers: seconds, or "30 min"; at least 20 minutes while history.store is '
    "true; a metric of more than 4,194,304 values in that time keeps those"
)


class HistorySettings(Table):
    """What is remembered."""

    memory: Seconds = Field(1800, ge=60, le=604_800, description=_MEMORY)
    store: bool = Field(True, description="also on the disk, in the data folder; else it is gone when Plotroom ends")
    retention: Seconds = Field(
        172_800, ge=60, le=3_153_600_000, description='how long at full resolution on the disk: seconds, or "48 h"'
    )
    retention_fast: Seconds = Field(
        21_600, ge=60, le=3_153_600_000, description="the same, of metrics with more than one sample a second"
    )
    retention_minute: Seconds = Field(
        2_592_000, ge=60, le=3_153_600_000, description="how long as sums and extremes of each minute"
    )
    retention_hour: Seconds = Field(
        63_072_000, ge=60, le=3_153_600_000, description="how long as sums and extremes of each hour"
    )
    max_size: ByteSize = Field(
        ByteSize(2**30), ge=2**20, description='size of the file of all that: bytes, or "1 GiB"; the oldest goes first'
    )
    max_series: int = Field(500, ge=1, le=100_000, description="series per metric; newer ones are refused and counted")


class PeopleSettings(Table):
    """People who look at the same dashboards: who is there, what they say, whom they follow."""

    enabled: bool = Field(True, description="show who is looking, and let them talk")
    database: str = Field(
        "", description="where that is kept, as an address of SQLAlchemy; by default a file in the data folder"
    )
    messages: int = Field(30, ge=1, le=100_000, description="messages a minute of one browser")
    burst: int = Field(10, ge=1, le=10_000, description="messages that it may send at once")
    views: float = Field(12, ge=1, le=1000, description="times a second that it may show what it looks at")


class DashboardsSettings(Table):
    """Dashboards that people make on the page, and those that are files."""

    editable: bool = Field(True, description="let people make, change and delete dashboards")
    folder: str = Field(
        "", description="folder of dashboards as files, JSON or TOML, that are shown and can't be changed on the page"
    )
    database: str = Field(
        "", description="where saved ones are kept, as an address of SQLAlchemy; by default a file in the data folder"
    )


#: Characters; a person picks it, and whoever may connect can try one.
SHORTEST_PASSWORD = 12


class AdminSettings(Table):
    """The [Socket.IO Admin UI](https://socket.io/docs/v4/admin-ui/): how many are connected, how much is sent."""

    enabled: bool = Field(False, description="let it connect; also needs username and password")
    username: str = Field("", description="name to sign in with there")
    password: SecretStr = Field(
        SecretStr(""),
        description=f"password to sign in with there, at least {SHORTEST_PASSWORD} characters; others on this machine "
        "can read arguments, so set it in the file or the environment",
    )

    @field_validator("password", mode="before")
    @classmethod
    def _check_password(cls, value: object) -> object:
        # Pydantic's own message would quote what was given.
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str):
            raise ValueError("is no text; put it in quotes")
        if 0 < len(text) < SHORTEST_PASSWORD:
            raise ValueError(f"has fewer than {SHORTEST_PASSWORD} characters; take a longer one")
        return value


class AgentsSettings(Table):
    """Other hosts whose collectors are shown here, and what `plotroom agent` keeps while it can't reach its server."""

    enabled: bool = Field(True, description="let agents in")
    keep: Seconds = Field(
        600, ge=0, le=604_800, description='an agent: how long samples wait for their server: seconds, or "10 min"'
    )
    keep_size: ByteSize = Field(
        ByteSize(64 * 2**20), ge=2**16, description='an agent: size of all that waits: bytes, or "64 MiB"'
    )


class SamplingSettings(Table):
    """How collectors run."""

    timeout: Seconds = Field(10, gt=0, le=3600, description="seconds after which a collect in a process is ended")
    max_memory: ByteSize = Field(
        ByteSize(512 * 2**20), ge=32 * 2**20, description='memory of one collector process: bytes, or "512 MiB"'
    )
    plugins: bool = Field(True, description="load plugins from folders and installed packages")


class Settings(Table):
    """Every setting of a server."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="address to listen on; any but this machine's own loopback asks for a token",
    )
    port: int = Field(8420, ge=0, le=65_535, description="port to listen on; 0 takes a free one")
    tls_certificate: str = Field(
        "", description="file of a certificate, in PEM form, to speak https with; also needs tls_key"
    )
    tls_key: str = Field("", description="file of the certificate's private key, in PEM form, not encrypted")
    base_path: str = Field("", description='path under which a reverse proxy serves Plotroom, such as "/plotroom"')
    config: Path = Field(Path("plotroom.toml"), description="the file of settings", json_schema_extra={"file": False})
    plugin: tuple[Path, ...] = Field((), description="a plugin file or folder; may be given several times")
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("plotroom", appauthor=False)),
        description="folder for the token, for plugins, and for all that is kept",
        json_schema_extra={"default": "the platform's user data folder"},
    )
    demo: bool = Field(False, description="also run the collectors of invented data")
    require_token: bool = Field(False, description="ask for the token on the loopback address, too")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="names under which browsers may reach Plotroom, besides this machine's own"
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description='pages that may connect, besides our own, such as "https://example.org"'
    )
    embed_origins: tuple[str, ...] = Field(
        (), description='pages that may show a panel within them, in a frame, such as "https://example.org"'
    )
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        (), description="addresses or networks whose X-Forwarded-* headers are believed"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="what is logged: debug, info, warning or error"
    )
    live: LiveSettings = LiveSettings()
    history: HistorySettings = HistorySettings()
    people: PeopleSettings = PeopleSettings()
    dashboards: DashboardsSettings = DashboardsSettings()
    admin: AdminSettings = AdminSettings()
    agents: AgentsSettings = AgentsSettings()
    sampling: SamplingSettings = SamplingSettings()
    # Checked by each collector's own Config; a list is several instances of one collector.
    collectors: dict[str, dict[str, Any] | list[dict[str, Any]]] = Field(
        {}, description="options of collectors, one table each"
    )

    @field_validator("base_path")
    @classmethod
    def _check_base_path(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
            raise ValueError('write it as a path such as "/plotroom": a slash, then letters, digits, and . _ ~ -')
        return value

    @field_validator("data_dir")
    @classmethod
    def _check_data_dir(cls, value: Path) -> Path:
        there = next((path for path in (value, *value.parents) if os.path.exists(path)), None)
        if there is not None and not os.path.isdir(there):
            raise ValueError(f"{there} is a file, not a folder")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", host):
                raise ValueError(f'{host!r} is no host name; write "example.org" or "example.org:8443"')
        return tuple(host.lower() for host in value)

    @field_validator("allowed_origins", "embed_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not re.fullmatch(r"https?://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", origin):
                raise ValueError(
                    f'{origin!r} is no origin; write "https://example.org" or "https://example.org:8443", without '
                    "a path, and a name of other letters as browsers send it, such as xn--bcher-kva.example"
                )
        # Browsers leave out the port that goes without saying.
        return tuple(re.sub(r"^(http://.*):80$|^(https://.*):443$", r"\1\2", origin.lower()) for origin in value)

    @property
    def plugin_folders(self) -> tuple[Path, ...]:
        """The `plugins/` folders that are looked through: beside plotroom.toml and in the data folder."""
        return tuple(dict.fromkeys((self.config.absolute().parent / "plugins", self.data_dir / "plugins")))
