"""A running Nautobot, read over its REST API.

Main path: ``source`` -> ``ground`` -> ``places`` -> ``devices``.
"""
