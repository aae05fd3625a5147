"""The language of designs and people's rules: Jinja2 expressions in a sandbox, compiled once.

All fields of an object become one compiled expression that makes a dictionary, so that an expansion of
thousands of objects parses nothing and calls once an object. ``{{ x }}`` alone keeps the type of ``x`` (a
number, a prefix, nothing); among other text it becomes text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from netwright.base.errors import InputError

Scope: TypeAlias = dict[str, Any]
"""Names that expressions may use, with their values; the functions of the language among them."""

_RESULT = "result"
_WRONG = (UndefinedError, SecurityError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
_IN_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_LARGEST = 10_000
"""Items of one ``range``."""


def _bounded(*arguments: int) -> range:
    found = range(*arguments)
    if len(found) > _LARGEST:
        raise ValueError(f"range of {len(found)} items, at most {_LARGEST} are allowed")
    return found


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals = {}
    return environment


_ENVIRONMENT = _environment()
BUILTINS: Scope = {"range": _bounded, "zip": zip, "min": min, "max": max, "len": len, "int": int, "str": str}


class Compiled:
    """Something to evaluate. ``where`` is ``file:line``, for errors."""

    def __init__(self, tree: nodes.Expr, where: str) -> None:
        body: list[nodes.Node] = [nodes.Assign(nodes.Name(_RESULT, "store"), tree, lineno=1)]
        tree.set_environment(_ENVIRONMENT)
        tree.set_lineno(1)
        self._template = _ENVIRONMENT.from_string(nodes.Template(body, lineno=1))
        self.where = where

    def run(self, scope: Scope) -> Any:
        """The value. Whatever goes wrong in it comes as it is; see ``evaluate``."""
        context = self._template.new_context(scope, shared=True)
        for _ in self._template.root_render_func(context):
            pass
        return context.vars[_RESULT]

    def evaluate(self, scope: Scope) -> Any:
        """The value. Raises InputError with the line when it has none."""
        try:
            return defined(self.run(scope))
        except InputError as error:
            raise error if error.subject else InputError(error.what, subject=self.where) from None
        except _WRONG as error:
            raise InputError(_said(error), subject=self.where) from None


class Fields:
    """Named templates of one object, evaluated together."""

    def __init__(self, templates: Mapping[str, tuple[Any, str]]) -> None:
        """``templates``: name -> (data of a file, ``file:line``)."""
        self._each = {name: compile_data(data, where) for name, (data, where) in templates.items()}
        pairs = [
            nodes.Pair(nodes.Const(name), tree(data, where)) for name, (data, where) in templates.items()
        ]
        first = next(iter(templates.values()))[1] if templates else ""
        self._all = Compiled(nodes.Dict(pairs), first)

    def evaluate(self, scope: Scope) -> dict[str, Any]:
        """The values by name. Raises InputError with the line of the field that has none."""
        try:
            found: dict[str, Any] = self._all.run(scope)
            for value in found.values():
                if isinstance(value, StrictUndefined):
                    break
            else:
                return found
        except (InputError, *_WRONG):
            pass
        return {name: one.evaluate(scope) for name, one in self._each.items()}


def defined(value: Any) -> Any:
    """``value``; UndefinedError for a name that was not there."""
    if isinstance(value, StrictUndefined):
        value._fail_with_undefined_error()  # noqa: SLF001 (Jinja's own words on what is missing)
    return value


def compile_expression(text: str, where: str) -> Compiled:
    """A bare expression, as ``for_each`` and ``when`` have it."""
    return Compiled(_parsed(f"{{{{ {text} }}}}", where), where)


def compile_data(data: Any, where: str) -> Compiled:
    """Plain data whose texts may hold ``{{ expressions }}``."""
    return Compiled(tree(data, where), where)


def tree(data: Any, where: str) -> nodes.Expr:
    """The expression that makes ``data``, its texts evaluated."""
    if isinstance(data, str):
        return _parsed(data, where) if _IN_TEMPLATE.search(data) else nodes.Const(data)
    if isinstance(data, list):
        return nodes.List([tree(item, where) for item in data])
    if isinstance(data, dict):
        return nodes.Dict([nodes.Pair(nodes.Const(str(k)), tree(v, where)) for k, v in data.items()])
    return nodes.Const(data)


def _parsed(text: str, where: str) -> nodes.Expr:
    try:
        body = _ENVIRONMENT.parse(text).body
    except TemplateSyntaxError as error:
        raise InputError(
            f"the expression can't be read ({error.message})", subject=where, remedy="Mend it."
        ) from None
    parts: list[nodes.Expr] = []
    for node in body:
        if not isinstance(node, nodes.Output):
            raise InputError(
                "only {{ expressions }} are taken, no {% statements %}",
                subject=where,
                remedy="Use for_each, when, or the design's Python.",
            )
        parts.extend(
            nodes.Const(one.data) if isinstance(one, nodes.TemplateData) else one for one in node.nodes
        )
    if not parts:
        return nodes.Const("")
    return parts[0] if len(parts) == 1 else nodes.Concat(parts)


def _said(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return f"the expression fails: {text[:1].lower()}{text[1:]}" if text else "the expression fails"
