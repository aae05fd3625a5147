"""Talks to devices: SSH, SNMP, NETCONF. Every wait has a deadline; one device never delays another.

Main path: ``endpoint`` -> ``session`` -> ``fleet``.
"""
