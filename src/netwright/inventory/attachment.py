"""Files that hang on objects: photographs, contracts, plans. The bytes lie beside the database."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from netwright.store.record import Record, field, ref


class Attachment(Record):
    """A file that belongs to a site, rack, device, model or circuit."""

    __tablename__ = "attachment"

    name: Mapped[str] = field("Unique name", unique=True)
    media_type: Mapped[str] = field("Media type, as `image/png`", default="application/octet-stream")
    size_bytes: Mapped[int] = field("Size", unit="byte")
    sha256: Mapped[str] = field("SHA-256 of its bytes, in hexadecimal; they are kept under this name")
    site_id: Mapped[int | None] = ref("site", "Site it belongs to", owner=True)
    rack_id: Mapped[int | None] = ref("rack", "Rack it belongs to", owner=True)
    device_id: Mapped[int | None] = ref("device", "Device it belongs to", owner=True)
    model_id: Mapped[int | None] = ref("model", "Model it belongs to", owner=True)
    circuit_id: Mapped[int | None] = ref("circuit", "Circuit it belongs to", owner=True)
    description: Mapped[str] = field("What it shows", default="")
