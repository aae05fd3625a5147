"""Jinja2 as templates of configurations need it: in a sandbox, strict, quick with views, and able to say
which line of which template made a line of text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, cast

from jinja2 import BaseLoader, StrictUndefined, Template, nodes
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

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._seen: dict[str, str] = {}
        """Variables of which it is known in this place whether they are views -> what says so."""
        self._bodies: dict[int, str] = {}
        """Loops' bodies by identity -> the loop's variable, where nothing else sets it."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 (Jinja2's name)
        if (name := _lone_target(node)) is not None:
            self._bodies[id(node.body)] = name
        if frame.buffer is not None:
            super().visit_For(node, frame)
            return
        self.buffer(frame)
        super().visit_For(node, frame)
        self.writeline(f"yield concat({frame.buffer})")
        frame.buffer = None

    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        """The body of a loop asks once what it is about."""
        target = self._bodies.pop(id(body), None)
        if target is None:
            super().blockvisit(body, frame)
            return
        name = frame.symbols.ref(target)
        known = f"v_{name}"
        self.writeline(f"{known} = type({name}) in values__")
        before = self._seen.get(name)
        self._seen[name] = known
        super().blockvisit(body, frame)
        if before is None:
            del self._seen[name]
        else:
            self._seen[name] = before

    def pop_assign_tracking(self, frame: Frame) -> None:
        """What a loop sets is kept for functions that take the context; none of the sandbox does."""
        if frame.loop_frame:
            self._assign_stack.pop()
        else:
            super().pop_assign_tracking(frame)

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
        name = frame.symbols.find_ref(node.node.name) if isinstance(node.node, nodes.Name) else None
        if name in self._seen:
            known = f"{name}.{node.attr} if {self._seen[name]}"
            self.write(f"({known} else environment.getattr({name}, {node.attr!r}))")
            return
        self.write(f"(v__.{node.attr} if type(v__ := ")
        self.visit(node.node, frame)
        self.write(f") in values__ else environment.getattr(v__, {node.attr!r}))")


def _prepared(template: nodes.Template) -> nodes.Template:
    """A template in a form that costs less and says the same: see each step."""
    for loop in list(template.find_all(nodes.For)):
        _ask_inside(loop)
    _resolve_before(template)
    for block in template.find_all(nodes.Block):
        _resolve_before(block)
    return template


def _ask_inside(loop: nodes.For) -> None:
    """``for x in y if z`` as a question inside the loop: as a filter it is a generator of its own. Not where
    the loop counts what passed the filter."""
    counts = any(one.name == "loop" for one in loop.find_all(nodes.Name)) or loop.recursive or loop.else_
    if loop.test is None or counts:
        return
    loop.body = [nodes.If(loop.test, loop.body, [], [], lineno=loop.test.lineno)]
    loop.test = None


def _lone_target(loop: nodes.For) -> str | None:
    """The variable of a loop that has one, which nothing in the loop sets."""
    if not isinstance(loop.target, nodes.Name) or any(loop.find_all((nodes.Macro, nodes.CallBlock))):
        return None
    name = loop.target.name
    sets = (one for part in loop.body for one in part.find_all(nodes.Name) if one.ctx != "load")
    return None if any(one.name == name for one in sets) else name


def _resolve_before(part: nodes.Template | nodes.Block) -> None:
    """Name what the loops of a part read once before them: else each turn of a loop asks the context."""
    inside = list(_loops(part))
    targets = {one.name for loop in inside for one in loop.target.find_all(nodes.Name)}
    targets |= {loop.target.name for loop in inside if isinstance(loop.target, nodes.Name)}
    read = {name.name for loop in inside for name in loop.find_all(nodes.Name) if name.ctx == "load"}
    wanted = sorted(read - targets - {"loop"})
    part.body[:0] = [nodes.ExprStmt(nodes.Name(name, "load"), lineno=part.lineno) for name in wanted]


def _loops(part: nodes.Node) -> Iterator[nodes.For]:
    """Loops of a part, outside blocks and macros in it."""
    for child in part.iter_child_nodes():
        if isinstance(child, nodes.For):
            yield child
        elif not isinstance(child, nodes.Block | nodes.Macro | nodes.CallBlock):
            yield from _loops(child)


def _escapes(code: CodeGenerator, frame: Frame) -> bool:
    """Whether values are written in another way than as their text."""
    context = frame.eval_ctx
    return bool(context.volatile or context.autoescape or code.environment.finalize)


class QuickSandbox(Sandbox):
    """For rendering."""

    code_generator_class = _QuickCode

    def __init__(self, loader: BaseLoader, extensions: Iterable[type[Extension]] = ()) -> None:
        super().__init__(loader, extensions)
        self._ready: dict[tuple[str, str | None], Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja2's name)
    ) -> Template:
        """Templates don't change in an environment, and each device's configuration includes a dozen."""
        if not isinstance(name, str) or globals:
            return super().get_template(name, parent, globals)
        template = self._ready.get((name, parent))
        if template is None:
            template = self._ready[name, parent] = super().get_template(name, parent)
        return template

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return _prepared(super()._parse(source, name, filename))

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        # on the line of the first statement, so that line numbers stay
        return f"values__ = environment.values; {super()._generate(source, name, filename, defer_init)}"


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
