"""The small shell on simulated devices: runs what ``shell_syntax`` understands over a device's commands.

A name that is no command here ends with 127, as in any shell. Input and output are whole strings; bytes that
are no UTF-8 are carried through them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from netwright.lab.sim.result import Result
from netwright.lab.sim.shell_syntax import (
    Chain,
    Group,
    Literal,
    Node,
    Pipeline,
    Redirection,
    ShellSyntaxError,
    Simple,
    Substitution,
    Variable,
    Word,
    parse,
)

_NOT_FOUND, _SYNTAX, _CAN_NOT_WRITE = 127, 2, 1


class Files(Protocol):
    """The device's files. ``read`` gives None for one that is not there; ``write`` and ``move`` may raise
    OSError."""

    def read(self, path: str) -> bytes | None: ...

    def write(self, path: str, data: bytes) -> None: ...

    def remove(self, path: str) -> bool: ...

    def move(self, old: str, new: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was called."""

    shell: Shell
    words: list[str]
    stdin: bytes

    @property
    def arguments(self) -> list[str]:
        return self.words[1:]


Command: TypeAlias = Callable[[Call], Awaitable[Result]]


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class Shell:
    """One shell session of a device."""

    commands: Mapping[str, Command]
    files: Files
    variables: dict[str, str] = field(default_factory=dict)
    status: int = 0

    async def run(self, line: str, stdin: bytes = b"") -> Result:
        """A whole command line."""
        try:
            node = parse(line)
        except ShellSyntaxError as error:
            return Result("", f"sh: 1: Syntax error: {error}\n", _SYNTAX)
        return await self._node(node, stdin)

    async def call(self, words: list[str], stdin: bytes = b"") -> Result:
        """One command by its words."""
        name = words[0].rpartition("/")[2] if words[0].startswith("/") else words[0]
        command = self.commands.get(words[0]) or self.commands.get(name)
        if command is None or (words[0].startswith("/") and words[0] not in self._paths(name)):
            return Result("", f"sh: 1: {words[0]}: not found\n", _NOT_FOUND)
        return await command(Call(self, words, stdin))

    def _paths(self, name: str) -> set[str]:
        folders = ("/bin", "/usr/bin", "/usr/sbin", "/sbin", "/usr/lib/frr", "/usr/local/bin")
        return {f"{folder}/{name}" for folder in folders} | {key for key in self.commands if key[0] == "/"}

    async def _node(self, node: Node, stdin: bytes) -> Result:
        match node:
            case Simple():
                result = await self._simple(node, stdin)
            case Group():
                result = await self._redirected(node.redirections, stdin, node.body)
            case Pipeline():
                result = await self._pipeline(node, stdin)
            case Chain():
                result = await self._chain(node, stdin)
        self.status = result.status
        return result

    async def _chain(self, node: Chain, stdin: bytes) -> Result:
        """Only the first command gets the input; what reads it later finds it empty, as ``cat`` would."""
        result = await self._node(node.first, stdin)
        fed = _reads(node.first)
        for joint, following in node.rest:
            if (joint == "&&") == (result.status != 0) and joint != ";":
                continue
            later = await self._node(following, b"" if fed else stdin)
            fed = fed or _reads(following)
            result = Result(result.output + later.output, result.error + later.error, later.status)
        return result

    async def _pipeline(self, node: Pipeline, stdin: bytes) -> Result:
        error = ""
        result = Result()
        for command in node.commands:
            result = await self._node(command, stdin)
            stdin, error = to_bytes(result.output), error + result.error
        status = int(result.status == 0) if node.negated else result.status
        return Result(result.output, error, status)

    async def _simple(self, node: Simple, stdin: bytes) -> Result:
        words = [text for word in node.words for text in await self._expand(word)]
        while words and _is_assignment(words[0]):
            name, _, self.variables[name] = words.pop(0).partition("=")
        return await self._redirected(node.redirections, stdin, words)

    async def _redirected(
        self, redirections: tuple[Redirection, ...], stdin: bytes, body: Node | list[str]
    ) -> Result:
        targets: list[tuple[str, str]] = []
        for redirection in redirections:
            path = (await self._expand(redirection.target))[0] if redirection.target else ""
            if redirection.operator == "<":
                data = self.files.read(path)
                if data is None:
                    return Result("", f"sh: 1: cannot open {path}: No such file\n", 2)
                stdin = data
            else:
                targets.append((redirection.operator, path))
        if isinstance(body, list):
            result = await self.call(body, stdin) if body else Result()
        else:
            result = await self._node(body, stdin)
        for operator, path in targets:
            result = self._put(result, operator, path)
        return result

    def _put(self, result: Result, operator: str, path: str) -> Result:
        match operator:
            case "2>&1":
                return Result(result.output + result.error, "", result.status)
            case ">&2" | "1>&2":
                return Result("", result.error + result.output, result.status)
            case "2>" | "2>>":
                text, left = result.error, replace(result, error="")
            case "&>":
                text, left = result.output + result.error, replace(result, output="", error="")
            case _:
                text, left = result.output, replace(result, output="")
        if path == "/dev/null":
            return left
        old = (self.files.read(path) or b"") if operator.endswith(">>") else b""
        try:
            self.files.write(path, old + to_bytes(text))
        except OSError as error:
            return Result("", f"sh: 1: cannot create {path}: {error.strerror}\n", _CAN_NOT_WRITE)
        return left

    async def _expand(self, word: Word) -> list[str]:
        """A word's text; unquoted values are split at white space."""
        fields = [""]
        kept = word.quoted
        for piece in word.pieces:
            match piece:
                case Literal():
                    fields[-1] += piece.text
                    kept = True
                case Variable() | Substitution():
                    value = await self._value(piece)
                    if piece.quoted:
                        fields[-1] += value
                    elif parts := value.split():
                        fields[-1] += parts[0]
                        fields += parts[1:]
        return fields if kept or fields != [""] else []

    async def _value(self, piece: Variable | Substitution) -> str:
        if isinstance(piece, Variable):
            return str(self.status) if piece.name == "?" else self.variables.get(piece.name, "")
        result = await self._node(piece.body, b"")
        return result.output.rstrip("\n")


def _is_assignment(word: str) -> bool:
    name, mark, _ = word.partition("=")
    return bool(mark) and name.isidentifier()


_QUIET = {
    "umask",
    "mkdir",
    "cd",
    "rm",
    "test",
    "[",
    "echo",
    "true",
    "false",
    "chmod",
    "export",
    "set",
    "trap",
}


def _reads(node: Node) -> bool:
    """Whether a command takes the input that the next one would otherwise get."""
    if isinstance(node, Simple):
        plain = node.words[0].plain() if node.words else None
        return plain is not None and plain not in _QUIET
    if isinstance(node, Chain):
        return _reads(node.first) or any(_reads(other) for _, other in node.rest)
    return True
