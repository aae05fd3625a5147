"""Programs that every simulated device has: the few of a Debian system that are sent over SSH."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from functools import partial

from netwright.lab.sim.answers import chassis_json, ip_links, lldp_chassis, lldp_neighbors
from netwright.lab.sim.files import DeviceFiles
from netwright.lab.sim.hardware import Device
from netwright.lab.sim.result import Result
from netwright.lab.sim.shell import Call, Command, to_text


def common(device: Device, files: DeviceFiles) -> dict[str, Command]:
    """Programs of a device, by name."""

    def fixed(text: Callable[[], str]) -> Command:
        async def run(_: Call) -> Result:
            return Result(text())

        return run

    def on_files(function: Callable[[DeviceFiles, Call], Result]) -> Command:
        async def run(call: Call) -> Result:
            try:
                return function(files, call)
            except OSError as error:
                return Result("", f"{call.words[0]}: {error.strerror}\n", 1)

        return run

    async def lldpcli(call: Call) -> Result:
        words = [word for word in call.arguments if word not in {"-f", "json0", "show"}]
        if "json0" not in call.arguments:
            return Result("", "simulated: only `lldpcli -f json0` is known\n", 1)
        match words:
            case ["neighbors", *_]:
                return Result(lldp_neighbors(device))
            case ["chassis", *_]:
                return Result(lldp_chassis(device))
            case _:
                return Result("", f"unknown command: {' '.join(words)}\n", 1)

    async def ip(call: Call) -> Result:
        options = [word for word in call.arguments if word.startswith("-")]
        words = [word for word in call.arguments if not word.startswith("-")]
        if "-j" not in options or not words or words[0][0] not in "la":
            return Result("", f'Object "{" ".join(words)}" is unknown to this simulated ip.\n', 1)
        return Result(ip_links(device, call.arguments))

    return {
        "true": fixed(str),
        ":": fixed(str),
        "umask": fixed(str),
        "sync": fixed(str),
        "set": fixed(str),
        "export": fixed(str),
        "trap": fixed(str),
        "hostname": fixed(lambda: f"{device.name}\n"),
        "uname": partial(_uname, device.name),
        "nproc": fixed(lambda: "4\n"),
        "whoami": fixed(lambda: "netops\n"),
        "show-chassis": fixed(lambda: chassis_json(device)),
        "lldpcli": lldpcli,
        "ip": ip,
        "false": _false,
        "echo": _echo,
        "printf": _printf,
        "date": _date,
        "sleep": _sleep,
        "sudo": _sudo,
        "sh": _sh,
        "bash": _sh,
        "timeout": _timeout,
        "command": _command,
        "cat": on_files(_cat),
        "head": on_files(_head),
        "wc": on_files(_wc),
        "test": on_files(_test),
        "[": on_files(_test),
        "mkdir": on_files(_mkdir),
        "chmod": on_files(_nothing),
        "chown": on_files(_nothing),
        "rm": on_files(_rm),
        "mv": on_files(_mv),
        "ls": on_files(_ls),
        "sha256sum": on_files(_sha256sum),
    }


async def _uname(name: str, call: Call) -> Result:
    """POSIX: what was asked for, in this order whatever the order of the options."""
    says = {"s": "Linux", "n": name, "r": "simulated", "m": "x86_64"}
    asked = "".join(word[1:] for word in call.arguments if word.startswith("-")) or "s"
    return Result(" ".join(word for letter, word in says.items() if letter in asked or "a" in asked) + "\n")


async def _false(_: Call) -> Result:
    return Result(status=1)


async def _echo(call: Call) -> Result:
    words = call.arguments
    if words[:1] == ["-n"]:
        return Result(" ".join(words[1:]))
    return Result(" ".join(words) + "\n")


async def _printf(call: Call) -> Result:
    form, *values = call.arguments or [""]
    form = form.replace("\\n", "\n").replace("\\t", "\t")
    for value in values:
        form = form.replace("%s", value, 1)
    return Result(form.replace("%s", "").replace("%%", "%"))


async def _date(call: Call) -> Result:
    form = next((word[1:] for word in call.arguments if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    now = time.time()
    return Result(time.strftime(form.replace("%s", str(int(now))), time.gmtime(now)) + "\n")


async def _sleep(call: Call) -> Result:
    await asyncio.sleep(float(call.arguments[0]))
    return Result()


async def _sudo(call: Call) -> Result:
    words = call.arguments
    while words and words[0] in {"-n", "-E", "-H", "--"}:
        words = words[1:]
    if not words:
        return Result("", "usage: sudo command\n", 1)
    result = await call.shell.call(words, call.stdin)
    if result.status == 127 and result.error.endswith(": not found\n"):
        return Result("", f"sudo: {words[0]}: command not found\n", 1)
    return result


async def _sh(call: Call) -> Result:
    words = [word for word in call.arguments if word not in {"-e", "-u", "-eu"}]
    if words[:1] == ["-c"] and len(words) > 1:
        return await call.shell.run(words[1], call.stdin)
    if not words or words[0] == "-s":
        return await call.shell.run(to_text(call.stdin))
    return await call.shell.call(words, call.stdin)


async def _timeout(call: Call) -> Result:
    seconds, *words = call.arguments
    try:
        async with asyncio.timeout(float(seconds)):
            return await call.shell.call(words, call.stdin)
    except TimeoutError:
        return Result(status=124)


async def _command(call: Call) -> Result:
    if call.arguments[:1] == ["-v"] and len(call.arguments) == 2:
        name = call.arguments[1]
        return Result(f"/usr/bin/{name}\n") if name in call.shell.commands else Result(status=1)
    return await call.shell.call(call.arguments, call.stdin)


def _paths(call: Call) -> list[str]:
    words = call.arguments
    if "--" in words:
        return words[words.index("--") + 1 :]
    return [word for word in words if not word.startswith("-") or word == "-"]


def _read_all(files: DeviceFiles, call: Call, paths: list[str], use: Callable[[str, bytes], str]) -> Result:
    """``use`` on each file, or on the input when there is none."""
    if not paths or paths == ["-"]:
        return Result(use("-", call.stdin))
    output, error = "", ""
    for path in paths:
        data = files.read(path)
        if data is None:
            error += f"{call.words[0]}: {path}: No such file or directory\n"
        else:
            output += use(path, data)
    return Result(output, error, 1 if error else 0)


def _cat(files: DeviceFiles, call: Call) -> Result:
    return _read_all(files, call, _paths(call), lambda _, data: to_text(data))


def _head(files: DeviceFiles, call: Call) -> Result:
    words = call.arguments
    count = 10
    if words and words[0] == "-n":
        count, words = int(words[1]), words[2:]
    elif words and words[0][1:].isdigit():
        count, words = int(words[0][1:]), words[1:]
    return _read_all(
        files, call, words, lambda _, data: "".join(to_text(data).splitlines(keepends=True)[:count])
    )


def _wc(files: DeviceFiles, call: Call) -> Result:
    size = "-c" in call.arguments

    def count(path: str, data: bytes) -> str:
        number = len(data) if size else data.count(b"\n")
        return f"{number}\n" if path == "-" else f"{number} {path}\n"

    return _read_all(files, call, _paths(call), count)


def _test(files: DeviceFiles, call: Call) -> Result:
    words = call.arguments
    if call.words[0] == "[":
        if not words or words[-1] != "]":
            return Result("", "sh: 1: [: missing ]\n", 2)
        words = words[:-1]
    match words:
        case ["!", *rest]:
            inner = _test(files, Call(call.shell, ["test", *rest], b""))
            return Result(status=int(inner.status == 0))
        case ["-e" | "-f" | "-s" | "-r" | "-x", path]:
            found = files.read(path) is not None
        case ["-d", path]:
            found = bool(files.below(path))
        case ["-n", text]:
            found = bool(text)
        case ["-z", text]:
            found = not text
        case [a, "=" | "==", b]:
            found = a == b
        case [a, "!=", b]:
            found = a != b
        case [a, ("-eq" | "-ne" | "-gt" | "-lt" | "-ge" | "-le") as operator, b]:
            found = _compare(int(a), operator, int(b))
        case [text]:
            found = bool(text)
        case _:
            return Result("", "sh: 1: test: unexpected operator\n", 2)
    return Result(status=0 if found else 1)


def _compare(a: int, operator: str, b: int) -> bool:
    return {
        "-eq": a == b,
        "-ne": a != b,
        "-gt": a > b,
        "-lt": a < b,
        "-ge": a >= b,
        "-le": a <= b,
    }[operator]


def _mkdir(files: DeviceFiles, call: Call) -> Result:
    files.check_writable()
    for path in _paths(call):
        if (real := files.real(path)) is not None:
            real.mkdir(parents=True, exist_ok=True)
    return Result()


def _nothing(_files: DeviceFiles, _call: Call) -> Result:
    return Result()


def _rm(files: DeviceFiles, call: Call) -> Result:
    forced = any(word.startswith("-") and "f" in word for word in call.arguments)
    deep = any(word.startswith("-") and "r" in word for word in call.arguments)
    error = ""
    for path in _paths(call):
        for inner in files.below(path) if deep else ():
            files.remove(inner)
        if not files.remove(path) and not forced:
            error += f"rm: cannot remove '{path}': No such file or directory\n"
    return Result("", error, 1 if error else 0)


def _mv(files: DeviceFiles, call: Call) -> Result:
    *sources, target = _paths(call)
    if len(sources) != 1:
        return Result("", "mv: one file at a time on this simulated device\n", 1)
    if not files.move(sources[0], target):
        return Result("", f"mv: cannot stat '{sources[0]}': No such file or directory\n", 1)
    return Result()


def _ls(files: DeviceFiles, call: Call) -> Result:
    paths = _paths(call)
    if len(paths) != 1:
        return Result("", "ls: one folder at a time on this simulated device\n", 1)
    start = paths[0].rstrip("/") + "/"
    names = sorted({path.removeprefix(start).partition("/")[0] for path in files.below(paths[0])})
    return Result("".join(f"{name}\n" for name in names))


def _sha256sum(files: DeviceFiles, call: Call) -> Result:
    return _read_all(
        files, call, _paths(call), lambda path, data: f"{hashlib.sha256(data).hexdigest()}  {path}\n"
    )
