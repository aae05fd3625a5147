"""The API: wanted objects of every kind over HTTP, as REST and GraphQL, for programs.

Main path: ``application`` (routes) -> ``reading`` and ``writing`` -> ``problem`` (errors). Nothing here
names a field: all follows from the kinds.
"""
