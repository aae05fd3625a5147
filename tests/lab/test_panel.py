"""The patch panel's program: both ends of a cable share one fate, in whatever order ports come and go."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from netwright.lab import wiring

PROGRAM = Path(wiring.__file__).parent / "node" / "panel.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("node_panel", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PANEL = load()


class Cable:
    """A cable as the kernel has it: veth carrier is there when both sides of the pair are up."""

    def __init__(self) -> None:
        self.port = {"a": False, "b": False}
        self.socket = {"a": True, "b": True}
        self.group = 0

    def link(self, side: str) -> Any:
        up = self.socket[side]
        flags = PANEL.IFF_UP * up | PANEL.IFF_LOWER_UP * (up and self.port[side])
        return PANEL.Link(0, flags, self.group)

    def light(self, side: str) -> bool:
        """Whether the node's port has its carrier."""
        return self.port[side] and self.socket[side]

    def settle(self) -> None:
        for _ in range(10):
            a, b = self.link("a"), self.link("b")
            action = PANEL.decide(a, b)
            if action is None:
                return
            side = "a" if action[0] is a else "b"
            assert self.socket[side] != action[1], "it does what is done already"
            self.socket[side] = action[1]
        raise AssertionError("the panel never comes to rest")


@given(
    st.lists(st.sampled_from(["a", "b", "cut", "heal"]), max_size=20),
    st.booleans(),
)
def test_light_at_both_ends_or_at_none(events: list[str], at_once: bool) -> None:
    cable = Cable()
    for event in events:
        if event == "cut":
            cable.group = wiring.CUT_GROUP
            cable.socket = {"a": False, "b": False}
        elif event == "heal":
            cable.group = 0
            cable.socket = {"a": True, "b": True}
        else:
            cable.port[event] = not cable.port[event]
        if not at_once:
            cable.settle()
    cable.settle()
    whole = cable.group == 0 and cable.port["a"] and cable.port["b"]
    assert (cable.light("a"), cable.light("b")) == (whole, whole)


def test_reads_what_the_kernel_says() -> None:
    name = b"c12b\0"
    attribute = struct.pack("HH", 4 + len(name), PANEL.IFLA_IFNAME) + name + bytes(3)
    group = struct.pack("HHI", 8, PANEL.IFLA_GROUP, 1)
    body = struct.pack("BxHiII", 0, 0, 7, PANEL.IFF_UP | PANEL.IFF_LOWER_UP, 0) + attribute + group
    message = struct.pack("IHHII", 16 + len(body), PANEL.RTM_NEWLINK, 0, 0, 0) + body
    (kind, found) = next(iter(PANEL.messages(message + message)))
    number, side, link = PANEL.parse(found)
    assert (kind, number, side) == (PANEL.RTM_NEWLINK, 12, "b")
    assert (link.index, link.up, link.light, link.group) == (7, True, True, 1)
    assert len(list(PANEL.messages(message + message))) == 2
    assert list(PANEL.messages(b"\x04\0\0\0" + bytes(12))) == []
    assert PANEL.parse(body.replace(b"c12b", b"lo\0\0")) is None
