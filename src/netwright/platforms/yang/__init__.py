"""What any device says in the open models, whatever carries them: OpenConfig and the IETF's.

Main path: ``tree`` -> ``openconfig``, ``ietf``.
"""
