"""What was observed becomes wanted, through a change set.

Main path: ``adopt`` (the source of an import, and what is chosen) -> ``picture`` (what devices said)
-> ``device``, ``cabling``, ``sessions`` (drafts of it).
"""
