"""Real routers in network namespaces, and simulated fleets on loopback.

The way through: ``topology`` (what is physically there), ``wiring`` (namespaces and cables), ``lab`` (the
verbs: up, down, crash, boot, cut, heal).
"""
