"""Where things are kept: database, change sets and history, series, git. Knows no domain noun.

Main path: ``database`` -> ``record`` -> ``changeset``.
"""
