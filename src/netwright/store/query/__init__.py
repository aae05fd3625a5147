"""The one way to read lists of wanted objects, of any kind: what to find, in which order, which page, and how
much of what they refer to. Rows go from SQL straight to documents that JSON can hold.

Main path: ``reader`` -> ``filter`` -> ``document``.
"""

from netwright.store.query.reader import ListQuery, Page, Reader
from netwright.store.query.selection import Selection, parse_selection
from netwright.store.query.sight import Restriction, Sight, Unrestricted

__all__ = [
    "ListQuery",
    "Page",
    "Reader",
    "Restriction",
    "Selection",
    "Sight",
    "Unrestricted",
    "parse_selection",
]
