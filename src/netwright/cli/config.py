"""``netwright config``: the configuration engine on files alone, without a home folder or a network."""

from __future__ import annotations

import json
import os
import secrets as random_secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml

from netwright.app.home import default_path
from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.config import engine
from netwright.config.compliance import SectionRule, check, read_rules
from netwright.config.detect import guess, style
from netwright.config.library import PACKAGED, Library
from netwright.config.patch import Patch
from netwright.config.schema import Schema, general, schema
from netwright.config.scrub import scrub_config
from netwright.config.settled import settled
from netwright.config.tree import Node, parse, render

_LARGEST = 256 * 1024 * 1024
_SAME, _DIFFERS = 0, 1
_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.group("config")
def app() -> None:
    """Parse, compare, patch, check and scrub configuration files, offline.

    Exit code 0: the same; 1: different; 2: an error.
    """


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--platform and --json."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    return click.option(
        "--platform",
        default=None,
        metavar="NAME",
        help="netmiko's name of the platform; guessed if not given.",
    )(function)


@app.command("platforms")
def list_platforms() -> None:
    """List the platforms whose rules are known."""
    from netwright.config.schema import platforms as known  # noqa: PLC0415

    library = _library()
    for name in known(library):
        click.echo(f"{name:20} {schema(name, library).title}")


@app.command("parse")
@click.argument("file", type=_FILE)
@_options
def parse_(file: Path, platform: str | None, as_json: bool) -> None:
    """Parse FILE and print it again, byte for byte; with --json its tree and platform."""
    text = _read(file)
    if not as_json:
        _write(render(parse(text, _dialect(platform, text))))
        return
    rules = _rules(platform, text)
    root = parse(text, rules.dialect)
    _json({**_about(rules), "tree": [_node(node) for node in root.children]})


@app.command("diff")
@click.argument("running", type=_FILE)
@click.argument("intended", type=_FILE)
@_options
def diff(running: Path, intended: Path, platform: str | None, as_json: bool) -> None:
    """Show by meaning what INTENDED has more or less than RUNNING."""
    old, new, rules = _pair(running, intended, platform)
    found = engine.list_changes(old, new, rules)
    unknown = _unknown(old, new, rules)
    if as_json:
        changes = [{"mark": c.mark, "path": list(c.path), "line": c.line} for c in found]
        _json({**_about(rules), "same": not found, "changes": changes, "unknown_secrets": unknown})
    else:
        _write(engine.unified(old, new, rules))
    raise SystemExit(_DIFFERS if found else _SAME)


@app.command("patch")
@click.argument("running", type=_FILE)
@click.argument("intended", type=_FILE)
@click.option("--inverse", is_flag=True, help="The way back: from INTENDED to RUNNING.")
@click.option("--explain", is_flag=True, help="Say beside each command why it is there and what it does.")
@_options
def patch(
    running: Path, intended: Path, inverse: bool, explain: bool, platform: str | None, as_json: bool
) -> None:
    """Print the commands that lead from RUNNING to INTENDED, in an order that hurts least.

    The commands are tried on a simulated device first; if it does not end with INTENDED, the command says
    what is missing and ends with exit code 2.
    """
    old, new, rules = _pair(running, intended, platform)
    if inverse:
        old, new = new, old
    made = engine.make_patch(old, new, rules)
    unknown = _unknown(old, new, rules)
    if as_json:
        _json({**_as_json(made, rules), "unknown_secrets": unknown})
    elif explain:
        for step in made.steps:
            place = " / ".join((*step.path, step.command))
            click.echo(f"{place}\n    {step.impact.value}: {step.why}")
    else:
        _write(engine.text_of(made.steps, rules))
    if made.missing:
        raise InputError(
            f"the patch does not reach the intended configuration; left: {'; '.join(made.missing[:5])}",
            subject=str(intended),
            remedy="Send the rest by hand, or replace the configuration as a whole.",
        )
    raise SystemExit(_DIFFERS if made.steps else _SAME)


@app.command("apply")
@click.argument("running", type=_FILE)
@click.argument("commands", type=_FILE)
@_options
def apply(running: Path, commands: Path, platform: str | None, as_json: bool) -> None:
    """Print what RUNNING becomes when COMMANDS (a patch as text or JSON) are sent to the device."""
    old, text = _meant(running), _meant(commands)
    rules = _rules(platform, old)
    result = engine.apply(old, _steps(text, commands, rules), rules)
    if as_json:
        _json({**_about(rules), "config": result})
    else:
        _write(result)


@app.command("compliance")
@click.argument("running", type=_FILE)
@click.argument("intended", type=_FILE)
@click.option("--rules", "rules_file", type=_FILE, default=None, help="YAML or JSON list of sections.")
@_options
def compliance(
    running: Path, intended: Path, rules_file: Path | None, platform: str | None, as_json: bool
) -> None:
    """Compare section by section: lines that are missing, extra or in the wrong order.

    Without --rules each kind of block at the top is a section.
    """
    old, new, rules = _pair(running, intended, platform)
    results = check(old, new, rules, _section_rules(rules_file))
    unknown = _unknown(old, new, rules)
    if as_json:
        sections = {result.name: result.as_dict() for result in results}
        _json({**_about(rules), "sections": sections, "unknown_secrets": unknown})
    else:
        for result in results:
            click.echo(f"{'ok ' if result.compliant else 'BAD'} {result.name}")
            for mark, lines in (("-", result.extra), ("+", result.missing)):
                for line in lines:
                    _write(f"    {mark} {line}\n")
            if not result.missing and not result.extra and not result.compliant:
                click.echo("    lines are in another order")
    raise SystemExit(_SAME if all(result.compliant for result in results) else _DIFFERS)


def _unknown(running: str, intended: str, rules: Schema) -> list[str]:
    """Secrets of which nobody can know whether they are as wanted; told on the error output."""
    found = list(settled(running, intended, rules).unknown)
    for line in found:
        told = "the device shows this secret in a form that can't be read, it is taken to be as wanted"
        click.echo(f"netwright: {told}: {line}", err=True)
    return found


@app.command("scrub")
@click.argument("files", type=_FILE, nargs=-1, required=True)
@click.option(
    "--key-file",
    type=_FILE,
    default=None,
    help="File with the key of the hash; default NETWRIGHT_SCRUB_KEY, else a new key for this run.",
)
@_options
def scrub(files: tuple[Path, ...], key_file: Path | None, platform: str | None, as_json: bool) -> None:
    """Print FILES with each secret replaced by a keyed hash, and nothing else changed."""
    key = _key(key_file)
    texts: dict[str, str] = {}
    for file in files:
        text = _read(file)
        texts[str(file)] = scrub_config(text, _rules(platform, text), key)
    if as_json:
        _json({"files": texts})
    else:
        for text in texts.values():
            _write(text)


def _key(file: Path | None) -> Secret:
    if file is not None:
        return Secret(_read(file).strip())
    given = os.environ.get("NETWRIGHT_SCRUB_KEY")
    if given:
        return Secret(given)
    click.echo("netwright: no key given, so the hashes hold for this run only", err=True)
    return Secret(random_secrets.token_hex(32))


def _read(file: Path) -> str:
    """A file's text; bytes that are no UTF-8 come back as they were."""
    try:
        data = sys.stdin.buffer.read(_LARGEST + 1) if str(file) == "-" else _bytes(file)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", subject=str(file)) from None
    if len(data) > _LARGEST:
        raise InputError("more than 256 MB is no configuration", subject=str(file))
    return data.decode("utf-8", "surrogateescape")


def _bytes(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_LARGEST + 1)


def _meant(file: Path) -> str:
    """The text of a file whose meaning is asked for, so that it has to be text."""
    text = _read(file)
    if "\0" in text:
        raise InputError("has zero bytes, so it is no configuration text", subject=str(file))
    return text


def _pair(running: Path, intended: Path, platform: str | None) -> tuple[str, str, Schema]:
    old, new = _meant(running), _meant(intended)
    return old, new, _rules(platform, f"{old}\n{new}")


def _library() -> Library:
    """The packaged platforms, and people's own where there is a home folder that has some."""
    own = default_path() / "platforms"
    return Library((own,)) if own.is_dir() else PACKAGED


def _rules(platform: str | None, text: str) -> Schema:
    """The rules of the platform named or guessed. Falling back on general rules is told on stderr."""
    if platform is not None:
        try:
            return schema(platform, _library())
        except NotFoundError:
            rules = general(style(text))
            click.echo(f"netwright: platform {platform} is not known; using the {rules.title}", err=True)
            return rules
    guessed = guess(text, _library())
    if not guessed.sure:
        click.echo(f"netwright: the platform is not recognised; using the {guessed.schema.title}", err=True)
    return guessed.schema


def _dialect(platform: str | None, text: str) -> Any:
    return _rules(platform, text).dialect if platform else guess(text, _library()).schema.dialect


def _steps(text: str, file: Path, rules: Schema) -> list[tuple[tuple[str, ...], str]]:
    if not text.lstrip().startswith("{"):
        return engine.commands_of(text, rules)
    try:
        entries: list[dict[str, Any]] = json.loads(text)["commands"]
        return [
            (tuple(str(head) for head in entry.get("path", ())), str(entry["command"])) for entry in entries
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "is no patch in JSON",
            subject=str(file),
            remedy='Give {"commands": [{"path": [...], "command": "..."}]}.',
        ) from None


def _section_rules(file: Path | None) -> list[SectionRule] | None:
    if file is None:
        return None
    try:
        return read_rules(yaml.safe_load(_meant(file)))
    except yaml.YAMLError as error:
        raise InputError(f"is no YAML: {error}", subject=str(file)) from None


def _as_json(made: Patch, rules: Schema) -> dict[str, Any]:
    return {
        **_about(rules),
        "commands": [
            {"path": list(step.path), "command": step.command, "why": step.why, "impact": step.impact.value}
            for step in made.steps
        ],
        "complete": not made.missing,
        "missing": list(made.missing),
    }


def _about(rules: Schema) -> dict[str, Any]:
    return {"platform": rules.name, "general_rules": rules.general}


def _node(node: Node) -> dict[str, Any]:
    return {"line": node.raw, "children": [_node(child) for child in node.children]}


def _json(document: object) -> None:
    _write(json.dumps(document, indent=1) + "\n")


def _write(text: str) -> None:
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "surrogateescape"))
    stream.flush()
