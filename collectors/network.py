"""Network interfaces: what goes in and out, and what is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

import psutil

from collectors import Collector, CollectorConfig, Counter, Selection, Unavailable

Reading = Mapping[str, float]

# The machine talking to itself, and interfaces whose packets are counted again at the one that carries them.
_SOFTWARE = re.compile(
    r"lo\d*|loopback.*|(veth|docker|br-|virbr|lxcbr|lxdbr|vmbr|cni|cali|flannel|cilium|lxc|podman|nerdctl|kube|vethernet).*"
    r"|(br|bridge|bond|team|vnet|tap|tun|utun|wg|zt|ifb|dummy|sit|gre|gretap|erspan|ip6tnl|tunl|ip_vti|ip6_vti)\d.*"
    r"|tailscale\d.*|(gif|stf|awdl|llw|anpi|ap)\d+|(isatap|teredo).*",
    re.IGNORECASE,
)


def interface_counters() -> Mapping[str, Reading]:
    # nowrap=False: Plotroom's own rates know resets and wraps.
    return {name: port._asdict() for name, port in psutil.net_io_counters(pernic=True, nowrap=False).items()}


def is_vlan(name: str, names: Collection[str]) -> bool:
    """Whether `name` is a VLAN or alias of another of `names`: eth0.100 of eth0."""
    stem = re.split(r"[.:@]", name, maxsplit=1)[0]
    return stem != name and stem in names


class Network(Collector):
    """Traffic, packets, errors and drops of each network interface."""

    runs = "inline"

    class Config(Selection):
        """Loopback, bridges, bonds, VLANs, tunnels and the ports of containers are left out unless included."""

    config: Config

    traffic = Counter(
        "network.traffic", unit="bytes", scale=8, rate_unit="bits/s", labels=["interface", "direction"],
        limits=(0, None), family="network", title="Network", headline="sum", order=10,
        help="What each interface received (in) and sent (out)",
    )  # fmt: skip
    packets = Counter(
        "network.packets", unit="packets", labels=["interface", "direction"], limits=(0, None), family="network",
        title="Network packets", order=20, help="Packets received and sent",
    )  # fmt: skip
    errors = Counter(
        "network.errors", unit="errors", labels=["interface", "direction"], limits=(0, None), family="network",
        title="Network errors", order=40, help="Packets that were damaged or could not be sent",
    )  # fmt: skip
    drops = Counter(
        "network.drops", unit="packets", labels=["interface", "direction"], limits=(0, None), family="network",
        title="Dropped packets", order=50, help="Intact packets that were thrown away, for want of room as a rule",
    )  # fmt: skip

    def __init__(
        self, config: CollectorConfig | None = None, read: Callable[[], Mapping[str, Reading]] = interface_counters
    ) -> None:
        super().__init__(config)
        self._read = read

    def open(self) -> None:
        try:
            found = self._chosen()
        except (OSError, NotImplementedError) as error:
            raise Unavailable(f"network interfaces can't be read here: {error}") from error
        if not found:
            raise Unavailable("no network interface in use was found")

    def collect(self) -> None:
        for name, reading in self._chosen().items():
            for direction, verb in (("in", "recv"), ("out", "sent")):
                self.traffic.set(reading[f"bytes_{verb}"], interface=name, direction=direction)
                self.packets.set(reading[f"packets_{verb}"], interface=name, direction=direction)
                self.errors.set(reading[f"err{direction}"], interface=name, direction=direction)
                self.drops.set(reading[f"drop{direction}"], interface=name, direction=direction)

    def _chosen(self) -> dict[str, Reading]:
        """The interfaces to sample; one that has never moved a packet is not in use."""
        interfaces = self._read()
        return {
            name: reading
            for name, reading in interfaces.items()
            if reading["packets_recv"] + reading["packets_sent"] > 0
            and self.config.wants(name, not _SOFTWARE.fullmatch(name) and not is_vlan(name, interfaces))
        }
