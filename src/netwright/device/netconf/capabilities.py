"""What a NETCONF server told in its hello (RFC 6241, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from lxml.etree import _Element

from netwright.device.netconf.xml import child, element, local, text_of, xml_bytes

BASE_10 = "urn:ietf:params:netconf:base:1.0"
BASE_11 = "urn:ietf:params:netconf:base:1.1"
_PREFIX = "urn:ietf:params:netconf:capability:"


@dataclass(frozen=True, slots=True)
class Module:
    """A YANG module that the server announces (RFC 6020, 5.6.4)."""

    name: str
    namespace: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The server's URIs, as they came."""

    uris: frozenset[str]

    def has(self, name: str, *versions: str) -> bool:
        """``has("candidate")``, ``has("confirmed-commit", "1.1")``. Without versions: any."""
        for uri in self.uris:
            plain = uri.partition("?")[0]
            if plain.startswith(f"{_PREFIX}{name}:") and (
                not versions or plain.removeprefix(f"{_PREFIX}{name}:") in versions
            ):
                return True
        return False

    @property
    def chunked(self) -> bool:
        """Both sides know 1.1 (we always do)."""
        return BASE_11 in self.uris

    @property
    def modules(self) -> tuple[Module, ...]:
        found = []
        for uri in self.uris:
            namespace, _, query = uri.partition("?")
            said = parse_qs(query)
            if "module" in said:
                found.append(Module(said["module"][0], namespace, said.get("revision", [None])[0]))
        return tuple(sorted(found, key=lambda module: (module.name, module.revision or "")))

    def namespace(self, uri: str) -> bool:
        """Whether a namespace is announced, as a module or as a plain capability."""
        return any(item.partition("?")[0] == uri for item in self.uris)


@dataclass(frozen=True, slots=True)
class Hello:
    """The server's first message."""

    session_id: int
    capabilities: Capabilities


def client_hello() -> bytes:
    root = element("hello")
    told = child(root, "capabilities")
    for uri in (BASE_10, BASE_11):
        child(told, "capability", uri)
    return xml_bytes(root)


def read_hello(root: _Element) -> Hello:
    """Raises ValueError when it is none, or without a session id or a base capability."""
    if local(root) != "hello":
        raise ValueError(f"the first message is <{local(root)}>, not <hello>")
    uris = frozenset(
        "".join(text_of(node).split()) for node in root.iter("{*}capability") if isinstance(node.tag, str)
    )
    if not uris & {BASE_10, BASE_11}:
        raise ValueError("the hello names neither NETCONF 1.0 nor 1.1")
    number = root.findtext("{*}session-id")
    if number is None or not number.strip().isdecimal():
        raise ValueError("the hello has no session id")
    return Hello(int(number), Capabilities(uris))
