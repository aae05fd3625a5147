"""A running NetBox, read over its REST API, as wanted objects; what has no home here is told.

Main path: ``reading`` -> ``mapping`` -> ``source``.
"""
