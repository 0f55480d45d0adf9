"""Network interfaces."""

import pytest

from collectors import Unavailable
from collectors.network import Network, interface_counters, is_vlan
from tests.collected import collected

PORT: dict[str, float] = {
    "bytes_recv": 1000, "bytes_sent": 200, "packets_recv": 10, "packets_sent": 5,
    "errin": 1, "errout": 2, "dropin": 3, "dropout": 4,
}  # fmt: skip


def names(*found: str, **options: object) -> set[str]:
    """The interfaces that are sampled out of `found`."""
    network = Network(Network.Config.model_validate(options), lambda: dict.fromkeys(found, PORT))
    return {name.removesuffix(" in").removesuffix(" out") for name in collected(network).get("network.packets", {})}


def test_an_interface_has_traffic_packets_errors_and_drops() -> None:
    """Readings are passed on as they are, by interface and direction."""
    assert collected(Network(None, lambda: {"eth0": PORT})) == {
        "network.traffic": {"eth0 in": 1000, "eth0 out": 200},
        "network.packets": {"eth0 in": 10, "eth0 out": 5},
        "network.errors": {"eth0 in": 1, "eth0 out": 2},
        "network.drops": {"eth0 in": 3, "eth0 out": 4},
    }


@pytest.mark.parametrize(
    "name", ["eth0", "enp3s0", "wlan0", "wlp2s0", "ens5", "en0", "ppp0", "wwan0", "Ethernet 2", "Wi-Fi"]
)
def test_interfaces_are_sampled(name: str) -> None:
    """Interfaces that carry packets out of the machine are sampled by default."""
    assert names(name) == {name}


@pytest.mark.parametrize(
    "name",
    [
        "lo", "lo0", "Loopback Pseudo-Interface 1", "veth12ab", "docker0", "br-0a1b2c", "br0", "virbr0", "vnet3",
        "tap1", "tun0", "wg0", "tailscale0", "bond0", "ifb1", "dummy0", "cni0", "cali9f", "flannel.1", "utun4", "awdl0",
        "bridge100", "vEthernet (WSL)", "sit0", "ip6tnl0",
    ],
)  # fmt: skip
def test_packets_are_counted_once(name: str) -> None:
    """Interfaces inside the machine, or on top of another one, are sampled only when they are included."""
    assert names("eth0", name) == {"eth0"}
    assert names("eth0", name, include=[name]) == {"eth0", name}


@pytest.mark.parametrize(("name", "stem"), [("eth0.100", "eth0"), ("eth0:1", "eth0"), ("bond0.5", "bond0")])
def test_a_vlan_is_part_of_its_interface(name: str, stem: str) -> None:
    """A VLAN is told by the interface that carries it."""
    assert is_vlan(name, {name, stem})
    assert not is_vlan(name, {name})
    assert not is_vlan(stem, {name, stem})


def test_an_interface_that_was_never_used_is_left_out() -> None:
    """An interface without a single packet has no cable; it appears with its first packet."""
    network = Network(None, lambda: {"eth0": PORT, "eth1": dict.fromkeys(PORT, 0.0)})
    assert set(collected(network)["network.packets"]) == {"eth0 in", "eth0 out"}


def test_a_machine_without_network_is_unavailable() -> None:
    """No interface in use, or none that may be seen, is unavailable with a reason."""
    with pytest.raises(Unavailable, match="no network interface"):
        Network(None, lambda: {"lo": PORT}).open()

    def hidden() -> dict[str, dict[str, float]]:
        raise FileNotFoundError("/proc/net/dev")

    with pytest.raises(Unavailable, match="/proc/net/dev"):
        Network(None, hidden).open()


def test_this_machine_has_the_fields() -> None:
    """What psutil gives on this machine is understood, for whatever interfaces it has."""
    network = Network(Network.Config(include=("*",)))
    used = {f"{name} in" for name, one in interface_counters().items() if one["packets_recv"] + one["packets_sent"]}
    assert used <= set(collected(network).get("network.packets", {}))
