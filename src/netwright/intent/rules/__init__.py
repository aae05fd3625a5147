"""What the wanted state must hold, checked on the state a merge would make.

Main path: ``rule`` -> ``addressing``, ``cabling``, ``routing``, ``placing`` -> ``catalog``. Unique names and
references that lead nowhere are the store's own checks; they come first.
"""

from netwright.intent.rules.catalog import RULES, check
from netwright.intent.rules.rule import Rule, Touched

__all__ = ["RULES", "Rule", "Touched", "check"]
