"""What other tools read of our inventory: which devices there are, how to reach them, how they are grouped.

Main path: ``target`` -> ``ansible``, ``nornir``, ``lists``. Credentials are never among it.
"""
