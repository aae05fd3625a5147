"""A port where nobody listens, and that nobody else gets."""

from __future__ import annotations

import socket


def refusing(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen, so that the system refuses connections. 0 takes a free port."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((host, port))
    return held
