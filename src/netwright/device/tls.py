"""How far the other end of a TLS connection is trusted. Verified unless somebody says otherwise."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from tempfile import NamedTemporaryFile

from netwright.base.errors import DeviceError
from netwright.base.secret import Secret


class CertificateRefusedError(DeviceError):
    """The device's certificate is not one that we trust."""


@dataclass(frozen=True, slots=True)
class Tls:
    """``ca``: PEM of the authorities that sign the devices' certificates; None: the system's. ``name``: what
    the certificate must be made out to, where that is not the address. ``certificate`` and ``key`` (PEM) are
    ours, where the device wants one. ``verify`` off takes any certificate: whoever sits on the way can read
    the password. ``plain``: no TLS at all."""

    ca: str | None = None
    name: str | None = None
    certificate: str | None = None
    key: Secret | None = None
    verify: bool = True
    plain: bool = False

    def context(self) -> ssl.SSLContext:
        """For asyncio and httpx. Raises OSError for a certificate or key that is none."""
        made = ssl.create_default_context(cadata=self.ca)
        if self.certificate is not None:
            with NamedTemporaryFile("w", suffix=".pem") as file:  # OpenSSL's loader takes files only
                file.write(self.certificate + "\n" + (self.key.reveal() if self.key else ""))
                file.flush()
                made.load_cert_chain(file.name)
        if not self.verify:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        return made


def refused_certificate(device: str, where: str, why: str) -> CertificateRefusedError:
    return CertificateRefusedError(
        f"the certificate of {where} is not trusted ({why})",
        subject=device,
        remedy="Give the authority that signed it (--ca FILE), or the name that it is made out to"
        " (--tls-name); --insecure takes any certificate.",
    )
