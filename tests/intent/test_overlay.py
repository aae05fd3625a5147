"""People's own templates: who is reached, what wins, blocks over blocks, and git."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from netwright.base.errors import InputError, NotFoundError
from netwright.intent.overlay import read_folder
from netwright.intent.overlaygit import fetch, is_git, read_git, shown
from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.view import build_views

from .conftest import Workshop


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file = file.with_suffix(".yaml" if file.name == "context" else ".j2")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def texts(workshop: Workshop, renderer: Renderer, *names: str) -> list[str]:
    with workshop.database.read() as session:
        views = build_views(session, names, layers=renderer.overlay)
    return [renderer.render(views[name], MaskedSecrets()) for name in names]


def test_the_narrower_wins_and_builds_on_the_wider(base: Workshop, tmp_path: Path) -> None:
    own = "{% extends 'frr/system.j2' %}{% block system %}{{ super() }}! "
    end = "\n{% endblock %}"
    folder = put(
        tmp_path,
        frr__system=f"{own}everywhere{end}",
        region__north__frr__system=f"{own}north{end}",
        role__edge__frr__system=f"{own}edge{end}",
        **{"device__par-r1__frr__extra": "! par-r1 alone\n"},
        region__north__context="bfd: {multiplier: 7}\n",
        site__ams__context="bfd: {multiplier: 8}\n",
    )
    ams, par = texts(base, Renderer(read_folder(folder)), "ams-r1", "par-r1")
    assert "! everywhere\n! north\n! edge\n" in ams
    assert "! everywhere\n! edge\n" in par
    assert ams.startswith("frr defaults traditional\n")
    assert ("! par-r1 alone" in ams, "! par-r1 alone" in par) == (False, True)
    assert "detect-multiplier 8" in ams
    assert "detect-multiplier 5" in par


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("stray__a__b__frr__x", "", "the file is at no place of an overlay"),
        ("site__ams__context", "a: [", "context.yaml:1: the context data is no YAML"),
        ("context", "- 1", "the context data should be a mapping"),
    ],
)
def test_files_that_can_t_be_taken_are_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_folder(put(tmp_path, **{name: text}))
    assert said.partition(": ")[-1] in str(error.value)


def commit(repository: pygit2.Repository, branch: str = "refs/heads/main") -> str:
    repository.index.add_all()
    repository.index.write()
    who = pygit2.Signature("ann", "ann@example.net", 1, 0)
    there = branch in repository.references
    parents = [repository.references[branch].target] if there else []
    return str(repository.create_commit(branch, who, who, "m", repository.index.write_tree(), parents))


def test_a_repository_is_read_at_a_commit(base: Workshop, tmp_path: Path) -> None:
    work, copies = tmp_path / "work", tmp_path / "copies"
    repository = pygit2.init_repository(str(work))
    put(work, frr__extra="! first\n")
    first = commit(repository)
    overlay = read_git(f"{work}#main", copies)
    assert (overlay.commit, overlay.origin) == (first, f"{work}@{first[:12]}")
    put(work, frr__extra="! second {{ nothing }}\n")
    second = commit(repository)

    assert "! first\n" in texts(base, Renderer(read_git(f"{work}#{first}", copies)), "ams-r1")[0]
    with pytest.raises(InputError, match=rf"{second[:12]}:frr/extra.j2:1: 'nothing' is undefined"):
        texts(base, Renderer(read_git(f"{work}#main", copies)), "ams-r1")
    with pytest.raises(NotFoundError, match="no branch, tag or commit 'gone'"):
        read_git(f"{work}#gone", copies)
    with pytest.raises(NotFoundError, match="no such git repository"):
        read_git(f"{tmp_path / 'nowhere'}#main", copies)


def test_a_remote_repository_is_copied_and_fetched(tmp_path: Path) -> None:
    work, copies = tmp_path / "work", tmp_path / "copies"
    repository = pygit2.init_repository(str(work), initial_head="main")
    put(work, frr__extra="! first\n")
    first = commit(repository)
    source = f"file://{work}#main"
    assert read_git(source, copies).commit == first
    put(work, frr__extra="! second\n")
    second = commit(repository)
    assert read_git(source, copies).commit == first  # rendering does not go to the network
    assert fetch(source, copies) == second
    assert read_git(source, copies).commit == second


def test_what_is_a_repository_and_how_it_is_shown() -> None:
    assert is_git("https://git.example/t.git")
    assert is_git("/srv/templates#v1")
    assert not is_git("/srv/templates")
    assert shown("https://me:secret@git.example/t.git") == "https://git.example/t.git"
