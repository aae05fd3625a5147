"""Standard MIBs of any vendor as neutral facts: each module asks for its table and reads it.

Main path: ``reader`` (what is asked when) -> ``ifmib``, ``entity``, ``sensors``, ``host``.
"""
