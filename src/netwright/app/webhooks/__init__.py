"""Webhooks: other programs are told what happened here, signed, in order, at least once.

Main path: ``hook`` (who wants to know what) -> ``payload`` (what is told) -> ``delivery`` (telling it).
"""
