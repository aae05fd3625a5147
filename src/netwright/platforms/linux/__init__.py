"""What all Linux devices answer alike: several commands in one question, interfaces, LLDP neighbours.

Main path: ``question`` (asking) -> ``links`` and ``lldp`` (parsers).
"""
