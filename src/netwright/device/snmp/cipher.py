"""Encryption of SNMPv3 messages: AES in CFB mode (RFC 3826), DES in CBC mode (RFC 3414, 8.1.1).

CFB is built here on one context that is kept: to make one for each message costs several times what a message
costs to encrypt.
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher as Algorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

_AES_BLOCK, _DES_BLOCK = 16, 8


class Cipher(Protocol):
    """``boots`` and ``seconds``: the agent's clock as the message tells it."""

    def salt(self, counter: int, boots: int) -> bytes: ...

    def encrypted(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes: ...

    def decrypted(self, content: bytes, salt: bytes, boots: int, seconds: int) -> bytes: ...


class AesCipher:
    """Any length of key."""

    def __init__(self, key: bytes) -> None:
        self._block = Algorithm(AES(key), ECB()).encryptor()  # noqa: S305 - single blocks, chained below

    def salt(self, counter: int, boots: int) -> bytes:
        return (counter % 2**64).to_bytes(8, "big")

    def encrypted(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """Each block is that of the plain text, mixed with the last one encrypted once more."""
        last = _start(salt, boots, seconds)
        out = bytearray()
        for at in range(0, len(plain), _AES_BLOCK):
            last = _mixed(plain[at : at + _AES_BLOCK], self._block.update(last))
            out += last
        return bytes(out)

    def decrypted(self, content: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """All blocks at once: what each is mixed with is the one before it, which is there already."""
        whole = (len(content) + _AES_BLOCK - 1) // _AES_BLOCK * _AES_BLOCK
        before = _start(salt, boots, seconds) + content[: whole - _AES_BLOCK]
        return _mixed(content, self._block.update(before)) if content else b""


class DesCipher:
    """``key``: eight octets of key, eight that are mixed with the salt."""

    def __init__(self, key: bytes) -> None:
        self._key, self._mix = TripleDES(key[:8] * 3), key[8:16]

    def salt(self, counter: int, boots: int) -> bytes:
        return (boots % 2**32).to_bytes(4, "big") + (counter % 2**32).to_bytes(4, "big")

    def encrypted(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        encryptor = Algorithm(self._key, CBC(_mixed(salt, self._mix))).encryptor()
        return encryptor.update(plain + bytes(-len(plain) % _DES_BLOCK)) + encryptor.finalize()

    def decrypted(self, content: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """What is no whole block at the end is left out."""
        decryptor = Algorithm(self._key, CBC(_mixed(salt, self._mix))).decryptor()
        return decryptor.update(content[: len(content) // _DES_BLOCK * _DES_BLOCK]) + decryptor.finalize()


def _start(salt: bytes, boots: int, seconds: int) -> bytes:
    return (boots % 2**32).to_bytes(4, "big") + (seconds % 2**32).to_bytes(4, "big") + salt


def _mixed(content: bytes, stream: bytes) -> bytes:
    """Exclusive or, as far as the content goes."""
    size = len(content)
    return (int.from_bytes(content, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")
