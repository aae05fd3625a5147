from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.lab.sim.files import DeviceFiles
from netwright.lab.sim.hardware import Device
from netwright.lab.sim.network import Network
from netwright.lab.sim.programs import common
from netwright.lab.sim.shell import Shell
from netwright.lab.sim.shell_syntax import ShellSyntaxError, parse
from netwright.lab.topology import Topology


@pytest.fixture
def shell(topology: Topology) -> Shell:
    network = Network(lambda: 1000.0)
    device = Device(topology, topology.node("cache"), network, lambda _: "secret")
    network.add(device)
    files = DeviceFiles(device)
    return Shell(common(device, files), files)


@pytest.mark.parametrize(
    ("line", "output", "status"),
    [
        ("echo a b", "a b\n", 0),
        ("echo 'a  b' \"c  d\" e\\ f", "a  b c  d e f\n", 0),
        ("echo a; echo b", "a\nb\n", 0),
        ("true && echo yes || echo no", "yes\n", 0),
        ("false && echo yes || echo no", "no\n", 0),
        ("false; echo $?", "1\n", 0),
        ("! false", "", 0),
        ("echo abc | wc -c", "4\n", 0),
        ("[ $(echo abc | wc -c) -eq 4 ] && echo four", "four\n", 0),
        ("A=5; echo \"$A$A\" ${A}x '$A'", "55 5x $A\n", 0),
        ("{ echo a; echo b; } | wc", "2\n", 0),
        ("(echo a; false)", "a\n", 1),
        ("echo gone > /dev/null; echo err >&2", "", 0),
        ("echo x > /tmp/f; cat < /tmp/f; cat /tmp/f /tmp/f >> /tmp/f; wc /tmp/f", "x\n3 /tmp/f\n", 0),
        ("sh -c 'echo inner; exit_ 3' 2>/dev/null; echo after", "inner\nafter\n", 0),
        ("sudo -n hostname", "cache\n", 0),
        ("hostname # a remark", "cache\n", 0),
        ("echo a &&\n echo b", "a\nb\n", 0),
        ("/usr/bin/hostname", "cache\n", 0),
    ],
)
async def test_lines_do_what_sh_does(shell: Shell, line: str, output: str, status: int) -> None:
    result = await shell.run(line)
    assert (result.output, result.status) == (output, status)


@pytest.mark.parametrize("line", ["nonsense", "/opt/hostname", "echo a; nonsense b"])
async def test_an_unknown_command_ends_with_127(shell: Shell, line: str) -> None:
    result = await shell.run(line)
    assert result.status == 127
    assert "not found" in result.error


@pytest.mark.parametrize(
    "line", ["echo 'a", 'echo "a', "echo a &&", "( echo", "echo $(echo", "echo ${A", "| wc", ")"]
)
async def test_what_is_no_line_is_refused(shell: Shell, line: str) -> None:
    result = await shell.run(line)
    assert result.status == 2
    assert "Syntax error" in result.error


async def test_input_goes_to_the_command_that_reads_it(shell: Shell) -> None:
    data = bytes(range(256))
    result = await shell.run("umask 077; cat > /tmp/f && [ $(wc -c < /tmp/f) -eq 256 ]", data)
    assert result.status == 0
    assert shell.files.read("/tmp/f") == data


@given(st.text(alphabet="ab'\"$(){};&|<> \n\\#", max_size=30))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        parse(text)
    except ShellSyntaxError:
        return
