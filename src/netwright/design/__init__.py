"""Designs: a few parameters that become a whole site, a link, a peering, again and again.

Main path: ``definition`` (a file) -> ``expansion`` (wanted objects by path) -> ``apply`` (the difference, as
edits of a change set). Numbers come from ``pools``; what is shipped stands in ``shipped/``.
"""

from netwright.design.apply import Applied, Designs
from netwright.design.catalog import Catalog
from netwright.design.definition import Design

__all__ = ["Applied", "Catalog", "Design", "Designs"]
