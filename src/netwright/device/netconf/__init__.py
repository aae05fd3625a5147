"""NETCONF (RFC 6241) over SSH (RFC 6242): configuration and state as XML, with commits that undo
themselves.

Main path: ``session`` -> ``channel`` -> ``framing``.
"""
