"""Writes the reference pages from the code: `python scripts/reference.py [FOLDER]` (default docs/reference).

Commands come from click, kinds from what the records declare, settings from their class, kinds of findings
from the rules' docstrings and the table cases that hold them. `tests/test_reference.py` fails when a page is
stale.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import yaml

from netwright import collect
from netwright.api.openapi import openapi
from netwright.app import conditions, home, sessions
from netwright.app.credentials import sets
from netwright.cli.main import COMMANDS, root
from netwright.inventory import KINDS
from netwright.platforms.asked import AskedFacts
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import Found
from netwright.platforms.linux.reader import LinuxFacts
from netwright.platforms.platform import FactReader
from netwright.platforms.show import Show
from netwright.platforms.ways import WaysFacts
from netwright.store.kind import FieldSpec, Kind
from netwright.store.naming import SEPARATOR

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases" / "audit"
MADE = "Made by `scripts/reference.py` from the code; don't edit it by hand.\n"
_KIND = re.compile(r"``([a-z]+(?:-[a-z]+)+)``")


def pages() -> dict[str, str]:
    """File name -> text of every page."""
    return {
        "commands.md": _page("Commands", _commands()),
        "kinds.md": _page("Kinds of wanted objects", _kinds()),
        "settings.md": _page("Settings", _settings()),
        "findings.md": _page("Kinds of findings", _findings()),
        "api.md": _page("The API", _api()),
        "facts.md": _page("Facts by platform", _facts()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([f"# {title}", "", MADE, *lines]).rstrip() + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def _facts() -> Iterator[str]:
    """Which platform tells which fact in answer to what."""
    yield "What is asked of a platform that has questions of its own; others are asked over SNMP. A question"
    yield "in *italics* is only put where somebody wants just that, or where a device does not know the form"
    yield "before it. JSON answers are the same from the platform's API, without the pipe. All facts are"
    yield "described in `netwright.platforms.facts`; [how they are read](../howto/facts.md).\n"
    for platform in catalog().platforms:
        shows = _questions(platform.facts)
        if shows:
            yield f"## {platform.title} (`{platform.name}`)\n"
            yield from _table(("fact", "questions"), list(_asked(shows)))


def _questions(reader: FactReader) -> tuple[Show, ...]:
    if isinstance(reader, WaysFacts):
        return _questions(reader.own)
    if isinstance(reader, AskedFacts):
        return reader.shows
    return reader.questions.whole if isinstance(reader, LinuxFacts) else ()


def _asked(shows: tuple[Show, ...]) -> Iterator[tuple[str, str]]:
    for subject in (spec.name for spec in fields(Found)):
        told = [show for show in shows if subject in show.brings]
        if told:
            words = (f"*{show.name}*" if show.rarely else show.name for show in told)
            yield (
                subject,
                ", ".join(f"`{word}`" if "*" not in word else f"*`{word.strip('*')}`*" for word in words),
            )


def _api() -> Iterator[str]:
    """Each route once; those that every kind has, with KIND in their place."""
    document = openapi(KINDS)
    yield "All paths lie below `/api`. `KIND` is one of the [kinds](kinds.md). The whole description, with"
    yield "every field, is what the server answers to `/api/openapi.json`.\n"
    sample = next(iter(KINDS))
    rows, used = [], dict[str, str]()
    for path, item in document["paths"].items():
        first = path.split("/")[2] if path.count("/") > 1 else ""
        if first in KINDS and first != sample and not path.endswith("/bytes"):
            continue
        for method, operation in item.items():
            given = [_parameter(document, one, used) for one in operation.get("parameters", ())]
            shown = f"`{method.upper()} {path.replace(f'/v1/{sample}', '/v1/KIND')}`"
            about = operation["summary"].replace(f": {KINDS[sample].help}", "")
            names = ", ".join(f"`{one}`" for one in given if one in used)
            rows.append((shown, about, names))
    yield from _table(("request", "what it does", "parameters"), rows)
    yield "Lists filter by fields as well: `name__ic=edge`, `site.region=eu` ([how](../howto/api.md)).\n"
    yield "## Parameters\n"
    yield from _table(("name", "meaning"), sorted((f"`{name}`", about) for name, about in used.items()))
    yield "## Errors\n"
    yield "`application/problem+json`: `status`, `title`, `detail`, `object`, `remedy`, and in `errors` each"
    yield "mistake with its `object`, `field` and what was `expected`.\n"


def _parameter(document: dict[str, Any], given: dict[str, Any], used: dict[str, str]) -> str:
    """Its name; what is the same for all kinds is noted with its meaning."""
    shared = "$ref" in given
    if shared:
        given = document["components"]["parameters"][given["$ref"].rpartition("/")[2]]
    name = str(given["name"])
    if shared or ("description" in given and "Lookups:" not in given["description"] and "__" not in name):
        used.setdefault(name, str(given.get("description", "")))
    return name


def _commands() -> Iterator[str]:
    yield "Exit codes: 0 fine, 1 differences or failed devices, 2 an error, told in one line on standard"
    yield "error. The home folder is `--home`, else `NETWRIGHT_HOME`, else `~/.netwright`.\n"
    yield from _table(
        ("command", "what it does"), [(f"[{n}](#netwright-{n})", COMMANDS[n][2]) for n in COMMANDS]
    )
    context = click.Context(root, info_name="netwright")
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        yield from _command(command, click.Context(command, context, name))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    level = "##" if context.parent is not None and context.parent.parent is None else "###"
    yield f"{level} {context.command_path}\n"
    yield " ".join([f"`{context.command_path}", *command.collect_usage_pieces(context)]) + "`\n"
    yield (
        re.sub(r"[ \t]*\n[ \t]*", "\n", (command.help or "").replace("\b", "").replace("\f", "").strip())
        + "\n"
    )
    options = [row for p in command.params if isinstance(p, click.Option) and (row := _option(p, context))]
    if options:
        yield from _table(("option", "what it says"), options)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, context, name))


def _option(option: click.Option, context: click.Context) -> tuple[str, str] | None:
    record = option.get_help_record(context)
    return (f"`{record[0]}`", record[1].replace(str(ROOT) + "/", "")) if record else None


def _kinds() -> Iterator[str]:
    yield "What design files, change sets and `netwright show` speak of. The key is what names an object for"
    yield f"people; its parts are joined by `{SEPARATOR}`. A field with a `*` must be given. An object that"
    yield "is *part of* another one may be nested in it, and goes with it when that is deleted.\n"
    for kind in KINDS.values():
        yield f"## {kind.name}\n"
        yield f"{kind.help} Key: `{SEPARATOR.join(kind.key)}`.\n"
        yield from _table(("field", "value", "what it is"), [_field(kind, field) for field in kind.fields])


def _field(kind: Kind, field: FieldSpec) -> tuple[str, str, str]:
    value = field.type.value
    if field.reference:
        value = f"[{field.reference}](#{field.reference})" + (", part of it" if field.owner else "")
    elif field.choices:
        value = ", ".join(f"`{choice}`" for choice in field.choices)
    if field.unit:
        value += f", in {field.unit}"
    default = _default(kind, field)
    return f"`{field.name}`" + (" *" if field.required else ""), value, field.help + default


def _default(kind: Kind, field: FieldSpec) -> str:
    column = kind.table.columns[field.column]
    value: Any = getattr(column.default, "arg", None)
    if value is None or value == "":
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
    return f" (default `{shown}`)"


def _settings() -> Iterator[str]:
    yield "`settings.toml` in the home folder. Every setting has a default that works alone.\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(home.Settings))
    yield "## sso\n"
    yield "`[sso]`: single sign-on by an OpenID Connect provider. The client's secret is no setting:"
    yield "`netwright secret set oidc-client-secret`.\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(home.SsoSettings))
    yield "## credentials\n"
    yield "`[credentials.NAME]`: one set of credentials, in the order in which they are tried; see"
    yield "[Log in to devices](../howto/credentials.md). No secret stands in the settings: a value says where"
    yield "it is kept.\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(sets.CredentialSet, sets))
    yield "## vault\n"
    yield "`[vault]`: HashiCorp Vault, for sets of credentials that name it.\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(sets.VaultSettings, sets))
    yield "## jump\n"
    yield "`[jump.NAME]`: a host that SSH goes through, in the order in which they are tried; see"
    yield "[Sessions](../howto/sessions.md).\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(sessions.JumpHost, sessions))
    yield "## sessions\n"
    yield "`[sessions]`: limits of one process, and how long sessions are held.\n"
    yield from _table(
        ("setting", "type", "default", "what it is"), _settings_of(sessions.SessionSettings, sessions)
    )
    yield "## sessions.limits\n"
    yield "`[sessions.limits.NAME]`: other limits for parts of the network; what is not given is as in"
    yield "`[sessions]`.\n"
    yield from _table(
        ("setting", "type", "default", "what it is"), _settings_of(sessions.SessionLimit, sessions)
    )
    yield "## endpoints\n"
    yield "`[endpoints.DEVICE]`: where one device is reached, when that is not its management address on the"
    yield "usual ports.\n"
    yield from _table(("setting", "type", "default", "what it is"), _settings_of(home.EndpointOverride))


def _settings_of(model: Any, module: Any = home) -> list[tuple[str, ...]]:
    words = _attribute_docs(Path(module.__file__), model.__name__)
    fields = dict(model.model_fields)
    if issubclass(model, conditions.Conditions):  # what it is comes first, for whom last
        words |= _attribute_docs(Path(conditions.__file__), "Conditions")
        fields = {
            name: fields[name] for name in sorted(fields, key=conditions.Conditions.model_fields.__contains__)
        }
    rows: list[tuple[str, ...]] = []
    for name, field in fields.items():
        kind = getattr(field.annotation, "__name__", "table")
        default = "must be given" if field.is_required() else f"`{field.default!r}`".replace("'", '"')
        if kind == "dict":
            kind, default = "table", "none"
        rows.append((f"`{name}`", kind, default, words.get(name, "")))
    return rows


def _attribute_docs(file: Path, class_name: str) -> dict[str, str]:
    """The strings that stand below the attributes of a class."""
    tree = ast.parse(file.read_text())
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == class_name)
    found = {}
    for before, after in pairwise(body):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[before.target.id] = " ".join(text.value.split())
    return found


def _findings() -> Iterator[str]:
    yield "What `netwright audit` and the collection may find. A finding that follows from another one (the"
    yield "sessions of a crashed router) is kept with its cause, and listed only when asked for (`--all`)."
    yield "The examples are cases of [tests/cases/audit](../../tests/cases/audit), which the tests hold to be"
    yield "true.\n"
    examples = _examples()
    for title, kinds in _rules().items():
        yield f"## {title}\n"
        rows = []
        for kind in kinds:
            severities, names = examples.pop(kind)
            rows.append((f"`{kind}`", ", ".join(severities), "; ".join(names[:2])))
        yield from _table(("kind", "severity", "for example"), rows)
    if examples:
        raise SystemExit(f"kinds of findings that no rule's docstring names: {', '.join(examples)}")


def _rules() -> dict[str, list[str]]:
    """Subject -> kinds of findings, as the docstrings of the rules name them."""
    found: dict[str, list[str]] = {}
    for file in sorted((Path(collect.__file__).parent / "audit").glob("*.py")):
        tree = ast.parse(file.read_text())
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        kinds = [k for function in functions for k in _KIND.findall(ast.get_docstring(function) or "")]
        if file.stem in {"bgp", "devices", "sites", "cabling", "config", "hardware", "interfaces"}:
            words = " ".join((ast.get_docstring(tree) or "").split("\n\n", maxsplit=1)[0].split())
            found[words.rstrip(".")] = list(dict.fromkeys([*kinds, *_KINDS_OF_ONE_WORD.get(file.stem, ())]))
    return found


_KINDS_OF_ONE_WORD = {"cabling": ("miscabled",)}
"""The pattern takes hyphenated words only."""


def _examples() -> dict[str, tuple[list[str], list[str]]]:
    """Kind -> its severities and the names of the cases that show it."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for file in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text()):
            for line in case["findings"]:
                severity, kind, *_ = line.split()
                severities, names = found.setdefault(kind, ([], []))
                if severity not in severities:
                    severities.append(severity)
                if case["name"] not in names:
                    names.append(case["name"])
    return found


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference")
