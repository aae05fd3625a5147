"""Takes secrets out of what was said, whatever carried it.

Known secrets (the credentials of the session) go wherever they stand, in any letter of the file; secrets of
the device's own go where the rules of *any* platform see one, for what a device runs is not known before
it was asked. Each becomes the mask of a keyed hash, so one secret stays one; the key is made for a recording
and kept nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

from lxml.etree import _Element

from netwright.base.secret import Secret
from netwright.config.encoded import MASKED
from netwright.config.library import PACKAGED
from netwright.config.schema import Schema, schema
from netwright.config.scrub import mask, scrub_config
from netwright.device.cli.terminal import row
from netwright.device.gnmi.proto import gnmi_pb2
from netwright.device.netconf.xml import local, xml_bytes
from netwright.lab.replay.form import lines_of

_SHORT = 4
"""A known secret that is shorter is looked for as a word of its own: else it would be everywhere."""
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_SECRET_NAME = re.compile(
    r"passw(?:or)?d|passphrase|secret|presharedkey|privatekey|privkey|psk|authkey|authenticationkey|sharedkey"
    r"|keystring|md5key|^key$|token|communityname|snmpcommunity|^community$|^communities$"
)
_NO_SECRET = re.compile(r"\s*|\d+:\d+|(?i:true|false|none|null|enabled?|disabled?)")
"""Values at such names that are none: a community of BGP, a switch."""
_USER = re.compile(r'^( "(?:username|UserName|user)": ")[^"\n]*(",?)$', re.MULTILINE)
"""In JSON with an indent of one: of the outermost object."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Scrubber:
    """Of one recording."""

    def __init__(self, key: Secret) -> None:
        self._key = key
        self._known: dict[str, str] = {}
        self._finder: re.Pattern[str] | None = None
        self._dotted: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[Secret]) -> None:
        """More secrets that are known."""
        for secret in secrets:
            for text in _forms(secret.reveal()):
                self._known.setdefault(text, mask(secret.reveal(), self._key))
        longest_first = sorted(self._known, key=len, reverse=True)
        masks = f"(?:{MASKED.pattern})"  # what is masked already stays, whatever word the secret is
        self._finder = (
            re.compile("|".join([masks, *map(_found_as, longest_first)])) if longest_first else None
        )
        self._dotted = tuple(".".join(str(byte) for byte in text.encode()) for text in longest_first)

    def text(self, text: str) -> str:
        """Of configurations and command lines."""
        text = _KEY_BLOCK.sub(lambda found: mask(found[0], self._key), self.known(text))
        return scrub_config(text, _all_rules(), self._key)

    def known(self, text: str) -> str:
        """Without the known secrets."""
        if self._finder is None:
            return text
        return self._finder.sub(lambda found: self._known.get(found[0], found[0]), text)

    def screen(self, text: str) -> str:
        """Of a terminal: rules look at lines as a person sees them, through control characters."""
        return self.text("".join(map(self._row, lines_of(text))))

    def whole(self, text: str) -> str:
        """A mask for all of it; the end of the line stays."""
        bare = text.rstrip("\r\n")
        return mask(bare, self._key) + text[len(bare) :]

    def json(self, value: Any, name: str = "") -> Any:
        """Of a document: values by their names, texts as texts."""
        match value:
            case dict():
                return {self.text(key): self.json(one, key) for key, one in value.items()}
            case list():
                return [self.json(one, name) for one in value]
            case str():
                return self.named(name, value)
            case int() | float() if not isinstance(value, bool):
                said = json.dumps(value)  # a password may look like a number, or be `Infinity`
                scrubbed = self.named(name, said)
                return value if scrubbed == said else scrubbed
        return value

    def named(self, name: str, value: str) -> str:
        """A value that has a name."""
        if _is_secret(name, value):
            return value if MASKED.fullmatch(value) else mask(value, self._key)
        return self.text(value)

    def body(self, data: bytes) -> str:
        """Of an HTTP exchange: JSON in lines that can be read, or text."""
        text = data.decode("utf-8", "replace")
        try:
            value = json.loads(text)
        except ValueError:
            return self.text(text)
        return json.dumps(self.json(value), indent=1, ensure_ascii=False)

    def question(self, data: bytes) -> str:
        """Of a request; who logs in is nobody's business, and the replay logs in as somebody else."""
        text = self.body(data)
        return _USER.sub(r"\1<user>\2", text)

    def xml(self, root: _Element) -> str:
        """The element is changed."""
        for node in root.iter("*"):
            name = local(node)
            for key, value in node.attrib.items():
                node.set(key, self.named(str(key), str(value)))
            if node.text and node.text.strip():
                node.text = self.named(name, node.text)
            if node.tail and node.tail.strip():
                node.tail = self.text(node.tail)
        return xml_bytes(root).decode()

    def gnmi(self, message: Any) -> None:
        """In place, in all values and keys of paths."""
        for field, value in message.ListFields():
            if field.type != field.TYPE_MESSAGE:
                continue
            if hasattr(value, "ListFields"):
                self._part(value)
            elif not hasattr(value, "items"):
                for one in value:
                    self._part(one)

    def octets(self, data: bytes) -> bytes:
        """A value of an SNMP agent."""
        try:
            return self.text(data.decode()).encode()
        except UnicodeDecodeError:
            return self.known(data.decode("latin-1")).encode("latin-1")

    def names_secret(self, oid: str) -> bool:
        """Whether a known secret stands in an OID, one number a letter."""
        return any(dotted and f".{dotted}." in f".{oid}." for dotted in self._dotted)

    def _row(self, line: str) -> str:
        bare = line.rstrip("\r\n")
        if not _CONTROL.search(bare):
            return line
        seen = row(bare)
        shown = self.text(seen)
        return line if shown == seen else shown + line[len(bare) :]

    def _part(self, message: Any) -> None:
        match message:
            case gnmi_pb2.Update():
                self._update(message)
            case gnmi_pb2.PathElem():
                self._element(message)
            case _:
                self.gnmi(message)

    def _update(self, update: gnmi_pb2.Update) -> None:
        self.gnmi(update.path)
        name = update.path.elem[-1].name if update.path.elem else ""
        value = update.val
        match value.WhichOneof("value"):
            case "string_val":
                value.string_val = self.named(name, value.string_val)
            case "ascii_val":
                value.ascii_val = self.text(value.ascii_val)
            case "bytes_val":
                value.bytes_val = self.octets(value.bytes_val)
            case "json_val":
                value.json_val = self._json_bytes(value.json_val, name)
            case "json_ietf_val":
                value.json_ietf_val = self._json_bytes(value.json_ietf_val, name)
            case "leaflist_val":
                for one in value.leaflist_val.element:
                    if one.WhichOneof("value") == "string_val":
                        one.string_val = self.named(name, one.string_val)

    def _element(self, element: gnmi_pb2.PathElem) -> None:
        for key, value in list(element.key.items()):
            element.key[key] = self.named(key, value)

    def _json_bytes(self, data: bytes, name: str) -> bytes:
        try:
            return json.dumps(self.json(json.loads(data), name), ensure_ascii=False).encode()
        except ValueError:
            return self.text(data.decode("utf-8", "replace")).encode()


def unmasked(text: str) -> str:
    """With all masks alike, to be compared with what another key masked."""
    return MASKED.sub("<secret>", text)


def _is_secret(name: str, value: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower())
    return bool(_SECRET_NAME.search(plain)) and not _NO_SECRET.fullmatch(value)


def _forms(secret: str) -> set[str]:
    """How a secret may stand: as it is, as XML and JSON write it, read as Latin-1, lines of a key alone."""
    if not secret.strip():
        return set()
    lines = [line for line in secret.splitlines() if len(line) > _SHORT and not line.startswith("-----")]
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]
    latin = secret.encode("utf-8", "surrogatepass").decode("latin-1")
    return {
        secret,
        latin,
        escape(secret),
        escape(secret, quote=False),
        *quoted,
        *(lines if len(lines) > 1 else ()),
    }


def _found_as(secret: str) -> str:
    text = re.escape(secret)
    return rf"(?<!\w){text}(?!\w)" if len(secret) < _SHORT else text


@cache
def _all_rules() -> Schema:
    """What any platform takes for a secret."""
    known = [schema(name, PACKAGED) for name in PACKAGED.platforms()]
    return replace(
        schema("indent", PACKAGED),
        secrets=tuple(dict.fromkeys(pattern for one in known for pattern in one.secrets)),
        secrets_within=tuple(dict.fromkeys(pair for one in known for pair in one.secrets_within)),
        encoded=tuple(dict.fromkeys(form for one in known for form in one.encoded)),
    )
