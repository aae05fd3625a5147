"""No secret of the credentials stands in what is written, whatever carried it; other words stay."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials
from netwright.device.gnmi.path import parse_path
from netwright.device.gnmi.proto import gnmi_pb2
from netwright.device.journal import (
    Asked,
    Called,
    Ended,
    Entry,
    Exchanged,
    Greeted,
    Operated,
    Ran,
    Shown,
    Typed,
)
from netwright.device.netconf.xml import element, xml_bytes
from netwright.lab.replay.form import entries
from netwright.lab.replay.recorder import FolderRecorder
from netwright.lab.replay.scrubbing import Scrubber, unmasked

SECRET = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=6, max_size=20)
AROUND = st.text(st.sampled_from("ab /=\"'<&\n#"), max_size=5)
_OUR_WORDS = re.compile(r"[ -~]*")


def said_with(secret: str, before: str, after: str) -> Iterator[tuple[str, list[Entry]]]:
    """The secret everywhere where a session may carry it."""
    text = f"{before}{secret}{after}"
    data = text.encode()
    yield "exec", [Ran(f"echo {secret}", data, data, 0, whole=True), Ran(secret, refused=text)]
    yield (
        "terminal",
        [Shown(b"r1#"), Typed(f"{secret}\n", secret=True), Shown(data), Typed(text), Ended(True)],
    )
    node = element("data")
    node.text = text
    node.set("name", text)
    yield "netconf", [Greeted(xml_bytes(node)), Operated(xml_bytes(node), xml_bytes(node))]
    body = json.dumps({"told": text, secret: [text]}).encode()
    headers = {"content-type": text, "authorization": secret, "set-cookie": secret, "x-auth-token": secret}
    yield "http", [Exchanged("POST", f"/x?{secret}", body, 200, headers, body), _plain(data)]
    update = gnmi_pb2.Update(path=parse_path("/a/b"), val=gnmi_pb2.TypedValue(json_ietf_val=body))
    update.path.elem[0].key["name"] = text
    other = gnmi_pb2.Update(path=parse_path("/a/b"), val=gnmi_pb2.TypedValue(string_val=text))
    answer = gnmi_pb2.GetResponse(notification=[gnmi_pb2.Notification(update=[update, other])])
    request = gnmi_pb2.SetRequest(update=[update])
    sent = gnmi_pb2.SetResponse()
    yield (
        "gnmi",
        [
            Called("Get", gnmi_pb2.GetRequest().SerializeToString(), [answer.SerializeToString()]),
            Called("Set", request.SerializeToString(), [sent.SerializeToString()], "ABORTED", text),
        ],
    )
    dotted = ".".join(str(one) for one in secret.encode())
    values: dict[str, object] = {"1.3.6.1.9.1": data, f"1.3.6.1.9.{dotted}": 1, "1.3.6.1.9.2": b"\0" + data}
    yield "snmp", [Asked("1.3.6.1.9", below=True, found=values)]


def _plain(data: bytes) -> Exchanged:
    return Exchanged("GET", "/", data, 200, {}, data)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(SECRET, AROUND, AROUND)
@example("Infinity", "", "")  # a JSON document by itself, as is the next
@example("20261124", "", "")
def test_no_secret_of_the_session_stands_in_a_file(
    tmp_path_factory: pytest.TempPathFactory, secret: str, before: str, after: str
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    recorder = FolderRecorder(folder, 0.0)
    for way, said in said_with(secret, before, after):
        journal = recorder.begin("r1", way, Credentials("netops", enable=Secret(secret)).secrets())  # type: ignore[arg-type]
        for entry in said:
            journal.note(entry)
    raw = "".join(path.read_text() for path in folder.iterdir())
    bare = re.sub(r"<secret:[0-9a-f]{16}>", "", raw)
    assume(secret not in _skeleton())
    for form in (secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode()):
        assert form not in bare
    assert secret.encode().hex() not in bare
    assert ".".join(str(one) for one in secret.encode()) not in bare
    told = json.dumps([entries(path.read_text()) for path in folder.iterdir()], ensure_ascii=False)
    assert secret not in re.sub(r"<secret:[0-9a-f]{16}>", "", told)


def _skeleton() -> str:
    """Words that the form itself has."""
    return (
        Path(__file__).read_text() + "recording netconf terminal Please read it through before nobody knows"
    )


SCRUBBER = Scrubber(Secret("key"))


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("snmp-server community swordfish ro", "swordfish"),
        ("username admin secret 5 $1$abcd$0123456789abcdefghijk.", "$1$abcd$"),
        (" neighbor 192.0.2.1 password 7 0822455D0A16", "0822455D0A16"),
        ('set system root-authentication encrypted-password "$6$abc$defdefdef"', "$6$abc$"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----", "BBBB"),
    ],
)
def test_a_devices_own_secrets_go_by_any_platforms_rules(line: str, secret: str) -> None:
    assert secret not in SCRUBBER.text(line)


def test_rules_see_through_control_characters() -> None:
    raw = (
        "--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bsnmp-server community swo\x1b[Krdfish ro\r\nend\r\n"
    )
    assert "rdfish" not in SCRUBBER.screen(raw)
    assert SCRUBBER.screen(raw).endswith(" ro\r\nend\r\n")


@pytest.mark.parametrize(
    ("value", "gone"),
    [
        ({"Password": "swordfish"}, True),
        ({"snmp": {"community-name": "swordfish"}}, True),
        ({"users": [{"ssh:password-hashed": "swordfish"}]}, True),
        ({"pre-shared-key": 12345}, True),
        ({"cmds": {"username admin secret 0 swordfish": None}}, True),
        ({"community": "65000:100"}, False),
        ({"description": "swordfish"}, False),
        ({"password": None, "secret-set": True}, False),
    ],
)
def test_values_go_by_their_names(value: Any, gone: bool) -> None:
    assert (SCRUBBER.json(value) != value) == gone


def test_words_of_show_commands_stay() -> None:
    text = "show tacacs\nKey chain: none\nPassword encryption is disabled\nAuthentication key-chain: none\n"
    assert SCRUBBER.text(text) == text


def test_one_secret_has_one_mask_and_what_is_masked_stays() -> None:
    scrubber = Scrubber(Secret("key"))
    scrubber.learn([Secret("secret")])
    once = scrubber.text("the secret is secret\nusername x password secret\n")
    assert scrubber.text(once) == once
    assert len(set(re.findall("<secret:[0-9a-f]{16}>", once))) == 1
    assert unmasked(once).count("<secret>") == 3
