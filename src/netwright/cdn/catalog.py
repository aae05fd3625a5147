"""The catalogue: titles with size and hash, and the demand for them by region."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.cdn.records import Demand, Holding, HoldingState, Title
from netwright.inventory import ClientPrefix, Region

_ZIPF_EXPONENT = 0.8  # popularity of video files by rank; cdn research, Applegate et al. (CoNEXT 2010)


class CatalogueEntry(BaseModel):
    """One title as the catalogue file has it. ``path`` is relative, without ``..``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: str = Field(min_length=1, max_length=255)
    path: str = Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._/-]+$")
    size_bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("the path must stay inside the content folder")
        return value


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """What an import did to the catalogue."""

    added: int
    changed: int
    removed: int


def read_catalogue(file: Path) -> list[CatalogueEntry]:
    """Read a catalogue file (JSON, a list of titles). Raises InputError with the entry's number."""
    try:
        data = json.loads(file.read_bytes())
        entries = TypeAdapter(list[CatalogueEntry]).validate_python(data)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"not valid JSON ({error})", subject=str(file), remedy="Mend the file.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"entry {where}: {first['msg']}", subject=str(file), remedy="Mend the entry."
        ) from None
    for attribute in ("id", "path"):
        seen: set[str] = set()
        for entry in entries:
            value = getattr(entry, attribute)
            if value in seen:
                raise InputError(
                    f"two titles have the {attribute} {value!r}", subject=str(file), remedy="Rename one."
                )
            seen.add(value)
    return entries


def import_catalogue(session: Session, entries: Iterable[CatalogueEntry]) -> CatalogueChange:
    """Make the stored catalogue equal to ``entries``. Copies of a title that went or changed its bytes are
    marked for eviction or for a new fill."""
    wanted = {entry.id: entry for entry in entries}
    stored = {title.id: title for title in session.scalars(select(Title))}
    changed = 0
    for title_id, title in stored.items():
        entry = wanted.get(title_id)
        if entry is None:
            _evict(session, title_id)
        elif (entry.sha256, entry.path, entry.name, entry.size_bytes) != (
            title.sha256,
            title.path,
            title.name,
            title.size_bytes,
        ):
            changed += 1
            if entry.sha256 != title.sha256 or entry.path != title.path:
                _refill(session, title_id)
            for field in ("name", "path", "size_bytes", "sha256"):
                setattr(title, field, getattr(entry, field))
    gone = [title_id for title_id in stored if title_id not in wanted]
    held = set(session.scalars(select(Holding.title_id).where(Holding.title_id.in_(gone))))
    # a title that is still on a server stays known until its copies are gone, so that they can be removed
    session.execute(delete(Title).where(Title.id.in_([t for t in gone if t not in held])))
    session.execute(delete(Demand).where(Demand.title_id.in_(gone)))
    added = [entry for title_id, entry in wanted.items() if title_id not in stored]
    session.add_all(Title(**entry.model_dump()) for entry in added)
    return CatalogueChange(len(added), changed, len(gone))


def _evict(session: Session, title_id: str) -> None:
    for holding in session.scalars(select(Holding).where(Holding.title_id == title_id)):
        holding.state = HoldingState.EVICTING


def _refill(session: Session, title_id: str) -> None:
    for holding in session.scalars(select(Holding).where(Holding.title_id == title_id)):
        holding.state = HoldingState.PLANNED
        holding.verified_at = None


def import_demand(session: Session, file: Path) -> int:
    """Replace the demand by that of a CSV file with the columns region, title, weight. Returns the rows."""
    regions = set(session.scalars(select(Region.name)))
    titles = set(session.scalars(select(Title.id)))
    rows: dict[tuple[str, str], float] = {}
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            if not {"region", "title", "weight"} <= set(reader.fieldnames or ()):
                raise InputError(
                    "the first line must name the columns region, title, weight",
                    subject=str(file),
                    remedy="Add the line.",
                )
            for line in reader:
                key, weight = _demand_row(line, f"{file}:{reader.line_num}", regions, titles)
                rows[key] = rows.get(key, 0.0) + weight
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"not a CSV file ({error})", subject=str(file), remedy="Mend the file.") from None
    session.execute(delete(Demand))
    session.add_all(
        Demand(region=region, title_id=title, weight=weight) for (region, title), weight in rows.items()
    )
    return len(rows)


def _demand_row(
    line: dict[str, str | None], where: str, regions: set[str], titles: set[str]
) -> tuple[tuple[str, str], float]:
    region, title = line["region"] or "", line["title"] or ""
    if region not in regions:
        raise InputError(
            f"there is no region {region!r}", subject=where, remedy="See `netwright show region`."
        )
    if title not in titles:
        raise InputError(f"there is no title {title!r}", subject=where, remedy="See `netwright cdn titles`.")
    try:
        weight = float(line["weight"] or "")
    except ValueError:
        weight = -1.0
    if not 0 <= weight < float("inf"):
        raise InputError(
            f"weight {line['weight']!r} is not a number of at least 0", subject=where, remedy="Mend it."
        )
    return (region, title), weight


def assume_demand(session: Session) -> int:
    """Fill in demand where none is known: popularity by rank in the catalogue (Zipf), weighed by the clients
    of each region. An assumption to start from; measured demand replaces it. Returns the rows."""
    if session.scalar(select(func.count()).select_from(Demand)):
        return 0
    clients = session.execute(
        select(Region.name, func.sum(ClientPrefix.clients))
        .join(ClientPrefix, ClientPrefix.region_id == Region.id)
        .group_by(Region.name)
    ).all()
    titles = list(session.scalars(select(Title.id).order_by(Title.id)))
    rows = [
        Demand(region=region, title_id=title, weight=count / (rank + 1) ** _ZIPF_EXPONENT)
        for region, count in clients
        for rank, title in enumerate(titles)
    ]
    session.add_all(rows)
    return len(rows)
