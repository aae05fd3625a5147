"""Jinja2 as templates of configurations need it: in a sandbox, strict, quick with views, and able to say
which line of which template made a line of text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any, cast

from jinja2 import BaseLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment

from netwright.base import address
from netwright.intent.neutral import VIEWS
from netwright.platforms.wording import FILTERS

_ADDRESSES: tuple[type, ...] = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    address.LazyInterface4,
    address.PlainAddress4,
)
VALUES = frozenset((*VIEWS, *_ADDRESSES))
"""Frozen values: whatever a template reads of them is harmless, but for names with an underscore."""

_NAMES = frozenset(name for one in (*VIEWS, *_ADDRESSES) for name in dir(one) if not name.startswith("_"))
_VIEWS = frozenset(VIEWS)
MARK = "\x00"
"""Ends the number of a mark; no configuration has it."""
_MARKER = "mark__"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, without its questions at each attribute of a view."""

    values = VALUES

    def __init__(self, loader: BaseLoader, extensions: Iterable[type[Extension]] = ()) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            autoescape=False,
            cache_size=-1,
            extensions=list(extensions),
        )
        self.filters.update(FILTERS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in VALUES and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass  # told by the undefined value that the sandbox gives
        return super().getattr(obj, attribute)

    def join_path(self, template: str, parent: str) -> str:
        joined = getattr(self.loader, "joined", None)
        return template if joined is None else joined(template, parent)


class _QuickCode(CodeGenerator):
    """Reads an attribute of a view as Python does, of anything else by the sandbox's rules; collects what a
    loop writes, for each piece would pass through all templates on the way up."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 (Jinja2's name)
        if frame.buffer is not None:
            super().visit_For(node, frame)
            return
        self.buffer(frame)
        super().visit_For(node, frame)
        self.writeline(f"yield concat({frame.buffer})")
        frame.buffer = None

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 (Jinja2's name)
        """What stands together is written as one text, by a format that Python prepares while compiling."""
        if frame.buffer is None or frame.require_output_check or len(node.nodes) < 2 or _escapes(self, frame):
            super().visit_Output(node, frame)
            return
        self.writeline(f"{frame.buffer}.append(", node)
        self._format(node.nodes, frame)
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 (Jinja2's name)
        if _escapes(self, frame):
            super().visit_Concat(node, frame)
            return
        self._format(node.nodes, frame)

    def _format(self, parts: Iterable[nodes.Expr], frame: Frame) -> None:
        known = [
            one.data
            if isinstance(one, nodes.TemplateData)
            else one.value
            if isinstance(one, nodes.Const) and isinstance(one.value, str)
            else None
            for one in parts
        ]
        pattern = "".join("%s" if text is None else text.replace("%", "%%") for text in known)
        self.write(f"({pattern!r} % (")
        for one, text in zip(parts, known, strict=True):
            if text is None:
                self.newline(one)
                self.visit(one, frame)
                self.write(", ")
        self.write("))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 (Jinja2's name)
        if node.attr not in _NAMES:
            super().visit_Getattr(node, frame)
            return
        self.write(f"(v__.{node.attr} if type(v__ := ")
        self.visit(node.node, frame)
        self.write(f") in environment.values else environment.getattr(v__, {node.attr!r}))")


def _escapes(code: CodeGenerator, frame: Frame) -> bool:
    """Whether values are written in another way than as their text."""
    context = frame.eval_ctx
    return bool(context.volatile or context.autoescape or code.environment.finalize)


class QuickSandbox(Sandbox):
    """For rendering."""

    code_generator_class = _QuickCode


class TellingSandbox(Sandbox):
    """For explaining: puts a mark before the end of each line and notes which values were read before it."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(loader, [_LineMarks])
        self._notes: list[tuple[str, int, tuple[Any, ...]]] = []
        self._read: dict[int, Any] = {}
        self.globals[_MARKER] = self._mark

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _VIEWS:
            self._read[id(obj)] = obj
        return super().getattr(obj, attribute)

    def lines(self, text: str) -> Iterator[tuple[str, str, int, tuple[Any, ...]]]:
        """Each line of a marked text: without marks, the file and line of its template (that of the next
        marked line where a value brought the line's end), the views that were read for it in order."""
        waiting: list[str] = []
        for line in text.splitlines():
            plain, found = _unmarked(line)
            waiting.append(plain)
            if found is None:
                continue
            file, number, seen = self._notes[found]
            for one in waiting:
                yield one, file, number, seen
            waiting.clear()
        for one in waiting:
            yield one, "", 0, ()

    def _mark(self, file: str, line: int) -> str:
        self._notes.append((file, line, tuple(self._read.values())))
        self._read = {}
        return f"{MARK}{len(self._notes) - 1}{MARK}"


class _LineMarks(Extension):
    """Before each line end of a template's text comes a call that leaves a mark."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        file = stream.filename or stream.name or "?"
        for token in stream:
            if token.type != "data" or "\n" not in token.value:
                yield token
                continue
            for number, part in enumerate(token.value.split("\n")):
                if number:
                    yield Token(token.lineno + number, "data", "\n" + part)
                elif part:
                    yield Token(token.lineno, "data", part)
                if number < token.value.count("\n"):
                    yield from _call(file, token.lineno + number)


def _call(file: str, line: int) -> Iterator[Token]:
    yield Token(line, "variable_begin", "{{")
    yield Token(line, "name", _MARKER)
    yield Token(line, "lparen", "(")
    yield Token(line, "string", file)
    yield Token(line, "comma", ",")
    yield Token(line, "integer", cast("str", line))  # the lexer's integers are numbers
    yield Token(line, "rparen", ")")
    yield Token(line, "variable_end", "}}")


def _unmarked(line: str) -> tuple[str, int | None]:
    """A line without its marks, and the number of the last one."""
    parts = line.split(MARK)
    number = int(parts[-2]) if len(parts) > 2 else None
    return "".join(parts[::2]), number
