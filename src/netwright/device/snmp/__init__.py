"""SNMP v2c and v3 with one device.

Main path: ``client`` (values, walks, tables) -> ``exchange`` (a request with retries, opened when needed) ->
``line`` (the socket). What is in a message: ``message``, ``cells``; what is around it: ``envelope``, ``usm``.
"""

from netwright.device.snmp.client import REPETITIONS, SnmpClient, Walk
from netwright.device.snmp.fault import RETRIES

__all__ = ["REPETITIONS", "RETRIES", "SnmpClient", "Walk"]
