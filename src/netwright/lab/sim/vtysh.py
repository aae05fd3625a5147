"""Programs of simulated routers: vtysh, frr-reload.py and the guard."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from netwright.lab.sim import answers
from netwright.lab.sim.configuration import load
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.files import DeviceFiles
from netwright.lab.sim.guard import INSTALLED, Guard, reload_test, syntax
from netwright.lab.sim.result import Result
from netwright.lab.sim.router import Router
from netwright.lab.sim.shell import Call, Command

_BUILDING = "Building configuration...\n\nCurrent configuration:\n!\n"

_SHOWS: dict[str, Callable[[Router], str]] = {
    "show version": answers.show_version,
    "show interface json": answers.interfaces,
    "show bgp summary json": answers.bgp_summary,
    "show bgp ipv4 unicast summary json": answers.bgp_ipv4_summary,
    "show bgp neighbors json": answers.bgp_neighbors,
    "show bgp vrf all neighbors json": answers.bgp_neighbors_by_vrf,
    "show bfd peers json": lambda _: "bfdd is not running\n",
    "show ip route summary json": answers.ip_route_summary,
    "show ipv6 route summary json": lambda _: '{"routes":[],"routesTotal":0,"routesTotalFib":0}\n',
    "show bgp ipv4 unicast json": answers.bgp_routes,
    "show bgp json": answers.bgp_routes,
    "show ip route json": answers.ip_routes,
    "show ip route bgp json": lambda router: answers.ip_routes(router, "bgp"),
    "show ip route connected json": lambda router: answers.ip_routes(router, "connected"),
    "show running-config no-header": lambda router: router.running_text,
    "show running-config": lambda router: _BUILDING + router.running_text,
    "show startup-config": lambda router: router.startup_text,
}


def router_programs(router: Router, guard: Guard, files: DeviceFiles) -> dict[str, Command]:
    """What a router has beside the common programs, by name."""

    async def vtysh(call: Call) -> Result:
        return _vtysh(router, files, call.arguments)

    async def frr_reload(call: Call) -> Result:
        path = next((word for word in call.arguments if not word.startswith("-")), "")
        data = files.read(path)
        if data is None:
            return Result("", f"Filename {path} does not exist\n", 1)
        text = data.decode(errors="replace")
        if "--test" in call.arguments:
            result = reload_test(router, text)
            return result if result.status == 0 else Result("", result.error, 1)
        if Fault.READ_ONLY in router.faults:
            return Result("", "frr.conf: Read-only file system\n", 1)
        errors = router.replace(text)
        return Result("", "".join(f"{error}\n" for error in errors), 1 if errors else 0)

    async def run_guard(call: Call) -> Result:
        if INSTALLED not in router.files:
            return Result("", f"sh: 1: {call.words[0]}: not found\n", 127)
        return guard.run(call.arguments, call.stdin)

    return {"vtysh": vtysh, "frr-reload.py": frr_reload, INSTALLED: run_guard}


def _vtysh(router: Router, files: DeviceFiles, words: list[str]) -> Result:
    if words[:1] == ["-C"] and "-f" in words:
        path = words[words.index("-f") + 1]
        data = files.read(path)
        if data is None:
            return Result("", f"Can't open configuration file [{path}]\n", 1)
        _, errors = load(data.decode(errors="replace"))
        wrong = syntax(errors)
        return Result("", wrong, 2 if wrong else 0)
    commands = [word for flag, word in pairwise(words) if flag == "-c"]
    if not commands:
        return Result("", "simulated: vtysh needs -c\n", 1)
    if commands[0].split() in (["configure", "terminal"], ["conf", "t"], ["configure"]):
        return _configure(router, commands[1:])
    output = ""
    for command in commands:
        line = " ".join(command.split())
        if line in {"write", "write memory", "copy running-config startup-config"}:
            router.save()
            output += "Building Configuration...\nIntegrated configuration saved to /etc/frr/frr.conf\n[OK]\n"
        elif line.startswith("show interface ") and line.split()[2:3] != ["json"]:
            name = line.split()[2]
            if not router.knows(name):
                return Result(output + f"%Can't find interface {name}\n")
            output += answers.interfaces(router, name)
        elif (show := _SHOWS.get(line)) is not None:
            output += show(router)
        else:
            return Result(f"{output}% Unknown command: {command}\n", "", 1)
    return Result(output)


def _configure(router: Router, lines: list[str]) -> Result:
    """Commands typed by hand; vtysh stops at the first that is refused."""
    save = any(line.split()[0] in {"write", "do"} for line in lines)
    error = router.enter(line for line in lines if line.split()[0] not in {"write", "do"})
    if error is not None:
        return Result(f"% Unknown command: {error.line}\n" if error.syntax else f"{error.message}\n", "", 1)
    if save:
        router.save()
    return Result()
