"""What devices report, held against what is wanted: facts, samples, findings, health.

Main path: ``round`` (poll everybody, keep, judge) -> ``audit`` (the rules) -> ``health``. Answers come in
through ``intake``; ``wanted`` and ``seen`` are the two pictures that rules compare.
"""
