"""A gRPC channel to a target: TLS as said, keepalive, bounded messages, no proxies of the environment."""

from __future__ import annotations

import asyncio
import ssl

import grpc
from cryptography import x509
from cryptography.x509.oid import NameOID

from netwright.base.errors import DeviceTimeoutError, DeviceUnreachableError
from netwright.device.endpoint import Endpoint
from netwright.device.tls import Tls

MAX_MESSAGE_BYTES = 64 << 20
_OPTIONS: list[tuple[str, int | str]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
]


async def open_channel(endpoint: Endpoint, port: int, tls: Tls) -> grpc.aio.Channel:
    """Connects at the first call. Raises DeviceError's subclasses when ``verify`` is off and no certificate
    can be had."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    target, options = f"{host}:{port}", list(_OPTIONS)
    if tls.plain:
        return grpc.aio.insecure_channel(target, options=options)
    roots, name = (tls.ca.encode() if tls.ca else None), tls.name
    if not tls.verify:
        roots, name = await _offered(endpoint, port)
    if name:
        options.append(("grpc.ssl_target_name_override", name))
    credentials = grpc.ssl_channel_credentials(
        roots,
        tls.key.reveal().encode() if tls.key else None,
        tls.certificate.encode() if tls.certificate else None,
    )
    return grpc.aio.secure_channel(target, credentials, options=options)


async def _offered(endpoint: Endpoint, port: int) -> tuple[bytes, str]:
    """The certificate that the target shows, to be trusted for this connection, and a name that stands in it.
    gRPC has no other way not to verify; one that has expired is refused all the same."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    limit = endpoint.timeouts.connect_s
    try:
        async with asyncio.timeout(limit):
            _, writer = await asyncio.open_connection(endpoint.host, port, ssl=context)
    except TimeoutError:
        raise DeviceTimeoutError(
            f"no TLS answer from {endpoint.host} port {port} within {limit:g} s",
            subject=endpoint.device,
            remedy="Check that the device is up and the port is gNMI's.",
        ) from None
    except OSError as error:
        raise DeviceUnreachableError(
            f"no TLS connection to {endpoint.host} port {port} ({error})",
            subject=endpoint.device,
            remedy="Check its address, the way there and the port; --plaintext where it has no certificate.",
        ) from None
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.close()
    return ssl.DER_cert_to_PEM_cert(shown).encode(), _name(x509.load_der_x509_certificate(shown))


def _name(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = None
    if names is not None:
        for found in names.get_values_for_type(x509.DNSName):
            return found.replace("*", "any", 1)
        for address in names.get_values_for_type(x509.IPAddress):
            return str(address)
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else ""
