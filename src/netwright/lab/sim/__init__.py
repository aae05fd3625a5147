"""Simulated routers and cache servers on loopback: many in one process, each speaking SSH, SNMP and HTTP
for real and holding its own configuration, timers and hardware.

What they do is software of ours, not FRR: where the two differ, FRR is right, and ``tests/lab/sim/cases``
holds what FRR printed. Main path: ``router`` (one device) -> ``network`` (what is between them) -> ``fleet``
(all of them, on their ports).
"""
