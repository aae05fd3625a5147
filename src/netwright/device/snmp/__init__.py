"""SNMP v2c and v3 with one device: gufo-snmp's sockets behind a layer of our own.

Main path: ``client`` (values, walks, tables, with deadlines) -> ``walk`` and ``lookup`` (in steps that the
agent bears) -> ``association`` (the socket, each request with its retries) -> ``channel`` (one request).
``plain``: what the library hides, asked again with a codec of our own. ``fault``: the errors. ``user``: names
of SNMPv3 protocols.
"""

from netwright.device.snmp.association import RETRIES
from netwright.device.snmp.client import SnmpClient, Walk
from netwright.device.snmp.walk import REPETITIONS

__all__ = ["REPETITIONS", "RETRIES", "SnmpClient", "Walk"]
