"""Findings accepted as the truth: what was observed becomes wanted, and nothing else of the device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.collect.adoption.adopt import SEED_KINDS, Adoption, needed
from netwright.collect.adoption.device import Wish
from netwright.collect.observed import Finding
from netwright.intent.draft import Draft
from netwright.intent.source import Drafts
from netwright.platforms.catalog import Catalog
from netwright.store.naming import SEPARATOR


@dataclass(frozen=True, slots=True)
class Truth:
    """What a kind of finding makes wanted: an object of ``kind``, whole or some ``fields`` of it; or, when
    it is ``gone`` from the device, no such object."""

    kind: str
    fields: tuple[str, ...] = ()
    gone: bool = False


_TRUTHS: Mapping[str, Truth] = {
    "wrong-serial": Truth("device", ("serial",)),
    "wrong-model": Truth("device", ("model",)),
    "wrong-software": Truth("device", ("software_version",)),
    "component-serial": Truth("component", ("serial",)),
    "wrong-part": Truth("component", ("part_number", "model")),
    "extra-component": Truth("component"),
    "missing-component": Truth("component", gone=True),
    "extra-interface": Truth("interface"),
    "missing-interface": Truth("interface", gone=True),
    "address-extra": Truth("address"),
    "address-missing": Truth("address", gone=True),
    "miscabled": Truth("cable", ("a_interface", "b_interface")),
    "extra-link": Truth("cable"),
    "missing-link": Truth("cable", gone=True),
    "bgp-extra": Truth("bgp_session"),
    "bgp-wrong-asn": Truth("bgp_session", ("remote_asn",)),
}
ACCEPTABLE = frozenset(_TRUTHS)


def told_of(finding_kind: str) -> Truth | None:
    """What a kind of finding tells of, if that is a wanted object."""
    return _TRUTHS.get(finding_kind)


class Acceptance:
    """``Source`` of an import that makes wanted what ``findings`` observed."""

    def __init__(self, catalog: Catalog, findings: Sequence[Finding]) -> None:
        self._catalog = catalog
        self._findings = [(f.kind, f.device, f.object) for f in findings]

    @property
    def number(self) -> int:
        return len(self._findings)

    @property
    def kinds(self) -> Sequence[str]:
        return sorted({kind for kind, _, _ in self._findings})

    @property
    def files(self) -> Sequence[str]:
        return sorted({device for _, device, _ in self._findings})

    def drafts(self, session: Session) -> Drafts:
        """Raises InputError for a finding that has no truth to accept."""
        truths = [_truth(kind, device) for kind, device, _ in self._findings]
        told = Adoption(self._catalog, self.files, Wish(), ("all",)).drafts(session)
        drafts: list[Draft] = []
        gone: list[tuple[str, str]] = []
        for truth, (kind, device, name) in zip(truths, self._findings, strict=True):
            if truth.gone:
                gone.append((truth.kind, _key(truth.kind, device, name)))
                continue
            found = list(_of(told.drafts, truth, device, name))
            if not found:
                raise InputError(
                    "what was observed is not enough to make it wanted",
                    subject=f"{kind} {device} {name}".strip(),
                    remedy="Edit it in a change set, or discover the device again.",
                )
            drafts.extend(found)
        seeds = [draft for draft in told.drafts if draft.kind.name in SEED_KINDS]
        unique = {(draft.kind.name, draft.key): draft for draft in (*seeds, *drafts)}
        return Drafts(needed(list(unique.values())), gone=gone, literal=True)


def _truth(kind: str, device: str) -> Truth:
    truth = _TRUTHS.get(kind)
    if truth is None:
        raise InputError(
            f"{kind} tells of nothing that could be wanted instead",
            subject=device or None,
            remedy="Put it right, or use `netwright audit ack` or `netwright audit task`.",
        )
    return truth


def _of(drafts: Sequence[Draft], truth: Truth, device: str, name: str) -> Iterator[Draft]:
    for draft in drafts:
        if draft.kind.name != truth.kind:
            continue
        if truth.kind == "cable" and not truth.fields:
            port = SEPARATOR.join((device, name.removeprefix("interface ").split(" neighbor ")[0]))
            fits = port in {draft.text("a_interface"), draft.text("b_interface")}
        else:
            fits = draft.key == _key(truth.kind, device, name)
        if not fits:
            continue
        if truth.fields:
            kept = {*draft.kind.key, *truth.fields}
            draft.values = {field: value for field, value in draft.values.items() if field in kept}
        yield draft


def _key(kind: str, device: str, name: str) -> str:
    """The natural key of what a finding's object names."""
    word = name.partition(" ")[2]
    if kind == "device":
        return device
    if kind == "address":
        return word.rpartition(" ")[2]
    return word if kind == "cable" else SEPARATOR.join((device, word))
