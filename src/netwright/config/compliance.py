"""Whether what runs is what is intended, section by section.

A section is a set of blocks and lines by the beginnings of their first line. People name them; without rules
each first word at the top of the configuration is a section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netwright.base.errors import InputError
from netwright.config.brace import leaves, words_tree
from netwright.config.schema import Schema, Style
from netwright.config.section import sections
from netwright.config.settled import settled
from netwright.config.statements import AGAIN, Block, plain, statements, written


@dataclass(frozen=True, slots=True)
class SectionRule:
    """``beginnings``: what the section's lines at the top begin with. ``ordered``: whether their order
    counts."""

    name: str
    beginnings: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class SectionResult:
    """``missing`` and ``extra``: lines, indented below their blocks, that the running configuration has less
    or more than the intended one. ``running`` and ``intended``: the section's blocks."""

    name: str
    compliant: bool
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    running: Block
    intended: Block

    @property
    def in_order(self) -> bool:
        """Whether the lines are the same, also in their order."""
        return self.running == self.intended and _same_order(self.running, self.intended)

    def as_dict(self) -> dict[str, object]:
        """For JSON; texts with line feeds, as people read them."""
        same = not self.missing and not self.extra
        return {
            "compliant": self.compliant,
            "ordered_compliant": same and self.in_order,
            "unordered_compliant": same,
            "missing": "\n".join(self.missing),
            "extra": "\n".join(self.extra),
            "actual": "\n".join(written(self.running)),
            "intended": "\n".join(written(self.intended)),
        }


def read_rules(document: object) -> list[SectionRule]:
    """Rules from a list of mappings with ``name``, ``section`` (beginnings) and ``ordered``. Raises
    InputError that says which entry is wrong."""
    if isinstance(document, Mapping):
        document = document.get("sections", document.get("features"))
    if not isinstance(document, list):
        raise InputError("rules are a list of sections", remedy="Give name, section and ordered for each.")
    return [_read_rule(entry, index) for index, entry in enumerate(document, start=1)]


def _read_rule(entry: object, index: int) -> SectionRule:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise InputError("a section needs a name", subject=f"section {index}")
    beginnings = entry.get("section", [entry["name"]])
    if not isinstance(beginnings, list) or not all(isinstance(text, str) and text for text in beginnings):
        raise InputError("'section' is a list of beginnings of lines", subject=f"section {entry['name']}")
    return SectionRule(entry["name"], tuple(beginnings), bool(entry.get("ordered", False)))


class View:
    """A configuration read once, to be checked by many rules."""

    def __init__(self, text: str, schema: Schema) -> None:
        self.block = _read(text, schema)
        self._verb = "set " if schema.style is Style.BRACE else ""
        self._chosen: dict[tuple[str, ...], Block] = {}
        self._by_word: dict[str, list[str]] = {}
        for line in self.block:
            self._by_word.setdefault(line.split(None, 1)[0], []).append(line)

    def chosen(self, beginnings: tuple[str, ...]) -> Block:
        """The blocks of a section, in their order. Where ``set`` lines are read as paths, a beginning may
        have the word."""
        if self._verb:
            beginnings = tuple(one.removeprefix(self._verb) for one in beginnings)
        found = self._chosen.get(beginnings)
        if found is None:
            found = self._chosen[beginnings] = self._choose(beginnings)
        return found

    def _choose(self, beginnings: tuple[str, ...]) -> Block:
        found: list[str] = []
        for beginning in beginnings:
            word, _, rest = beginning.partition(" ")
            near = self._by_word.get(word, ()) if rest or beginning.endswith(" ") else self.block
            found.extend(line for line in near if line.startswith(beginning))
        if len(beginnings) == 1:
            return {line: self.block[line] for line in found}
        wanted = set(found)
        return {line: below for line, below in self.block.items() if line in wanted}


def _read(text: str, schema: Schema) -> Block:
    if schema.style is Style.BRACE:
        return {" ".join(path): {} for path in leaves(words_tree(text, schema))}
    if schema.style is Style.SECTION:
        return sections(text)
    return statements(text, schema.dialect)


def check(
    running: str, intended: str, schema: Schema, rules: Iterable[SectionRule] | None = None
) -> list[SectionResult]:
    """The result of each section. Secrets count as in ``engine.list_changes``."""
    running = settled(running, intended, schema).text
    old, new = View(running, schema), View(intended, schema)
    return compare(old, new, list(rules) if rules is not None else _own_sections(old, new))


def compare(old: View, new: View, rules: Iterable[SectionRule]) -> list[SectionResult]:
    """The results of rules over views that were read before."""
    return [_section(rule, old.chosen(rule.beginnings), new.chosen(rule.beginnings)) for rule in rules]


def _own_sections(old: View, new: View) -> list[SectionRule]:
    names = dict.fromkeys(line.split(None, 1)[0] for view in (new, old) for line in view.block)
    return [SectionRule(name, (f"{name} ", name), ordered=False) for name in names]


def _section(rule: SectionRule, old: Block, new: Block) -> SectionResult:
    same = old == new
    missing = () if same else tuple(_less(new, old, ""))
    extra = () if same else tuple(_less(old, new, ""))
    compliant = not missing and not extra and (not rule.ordered or _same_order(old, new))
    return SectionResult(rule.name, compliant, missing, extra, old, new)


def _same_order(old: Block, new: Block) -> bool:
    return list(old) == list(new) and all(
        _same_order(old[line], below) for line, below in new.items() if below
    )


def _less(these: Block, those: Block, margin: str) -> Iterator[str]:
    """Lines of ``these`` that ``those`` have not, below the heads of their blocks."""
    for line, below in these.items():
        other = those.get(line)
        if other is None:
            yield margin + plain(line)
            yield from written(below, margin + " ")
        elif below and below != other:
            inner = list(_less(below, other, margin + " "))
            if inner:
                yield margin + plain(line)
                yield from inner


__all__ = ["AGAIN", "SectionResult", "SectionRule", "View", "check", "compare", "read_rules"]
