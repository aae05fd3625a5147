"""The wanted state: imports, rules, the neutral device view, rendering.

Main path: ``document`` -> ``draft`` -> ``importer`` -> ``rules``, then ``view`` -> ``policy`` -> ``render``.
"""
