"""Talks to devices: SSH, SNMP. Every wait has a deadline; one device never delays another.

Main path: ``endpoint`` -> ``session`` -> ``fleet``.
"""
