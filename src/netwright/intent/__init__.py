"""The wanted state: imports, rules, the neutral device view, rendering.

Main path: ``document`` -> ``draft`` -> ``comparison`` -> ``importer`` -> ``rules``, then ``view`` ->
``policy`` -> ``render``.
"""
