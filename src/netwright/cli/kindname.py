"""A kind by what people type: plural and hyphens do no harm."""

from __future__ import annotations

import difflib

from netwright.base.errors import NotFoundError
from netwright.store.kind import Kind, Kinds


def find_kind(kinds: Kinds, text: str) -> Kind:
    """The kind meant by ``text``. Raises NotFoundError with near misses."""
    plain = text.strip().lower().replace("-", "_").replace(" ", "_")
    singulars = (plain, plain.removesuffix("s"), plain.removesuffix("es"), f"{plain.removesuffix('ies')}y")
    for name in singulars:
        if name in kinds:
            return kinds[name]
    near = difflib.get_close_matches(plain, kinds, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Kinds are: {', '.join(kinds)}."
    raise NotFoundError(f"there is no kind {text!r}", remedy=hint)
