"""The wanted state: imports, rules, the neutral device view, rendering.

Main path: ``document`` -> ``rules`` -> ``view`` -> ``render``.
"""
