"""Holds what is wanted against what was observed.

Main path: ``evaluate`` (all rules, then causes) -> ``ground`` (what a rule is given)
-> one module of rules a subject.
"""

from netwright.collect.audit.evaluate import Scope, audit, evaluate, scope_around

__all__ = ["Scope", "audit", "evaluate", "scope_around"]
