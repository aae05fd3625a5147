"""SNMP v2c and v3 with one device: gufo-snmp's sockets behind a layer of our own.

Main path: ``client`` (requests with deadlines, walks, tables) -> ``channel`` (one request and its retries) ->
``plain`` (what the library hides, asked again with a codec of our own). ``user``: names of SNMPv3 protocols.
"""

from netwright.device.snmp.client import REPETITIONS, RETRIES, SnmpClient, Walk

__all__ = ["REPETITIONS", "RETRIES", "SnmpClient", "Walk"]
