"""SNMPv3's security without a network: two ends with one user's keys, and what is done to their messages."""

from __future__ import annotations

import warnings

import pytest
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.secret import Secret
from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag
from netwright.device.snmp.cipher import AesCipher, DesCipher
from netwright.device.snmp.message import Kind, request
from netwright.device.snmp.user import AUTH, PRIV, User
from netwright.device.snmp.usm import Report, ReportedError, Usm

ENGINE = bytes.fromhex("80001f8804aabbccdd")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def user(auth: str | None = "sha", priv: str | None = "aes") -> User:
    return User(
        "netops",
        AUTH[auth] if auth else None,
        PRIV[priv] if priv else None,
        Secret("authpass12") if auth else None,
        Secret("privpass12") if priv else None,
    )


def report(number: int, stat: int, boots: int = 3, seconds: int = 500) -> bytes:
    """As an agent says it without a signature."""
    name = ber.tlv(Tag.OID, ber.oid((1, 3, 6, 1, 6, 3, 15, 1, 1, stat, 0)))
    binding = ber.tlv(Tag.SEQUENCE, name + ber.tlv(Tag.COUNTER32, b"\1"))
    pdu = ber.tlv(Kind.REPORT, b"\2\1\0" * 3 + ber.tlv(Tag.SEQUENCE, binding))
    scoped = ber.tlv(Tag.SEQUENCE, ber.tlv(Tag.OCTETS, ENGINE) + ber.tlv(Tag.OCTETS, b"") + pdu)
    clock = ber.tlv(Tag.INTEGER, ber.integer(boots)) + ber.tlv(Tag.INTEGER, ber.integer(seconds))
    security = ber.tlv(Tag.SEQUENCE, ber.tlv(Tag.OCTETS, ENGINE) + clock + b"\4\0\4\0\4\0")
    head = ber.tlv(Tag.INTEGER, ber.integer(number)) + b"\2\2\x7f\xff" + b"\4\1\0" + b"\2\1\3"
    return ber.tlv(
        Tag.SEQUENCE, b"\2\1\3" + ber.tlv(Tag.SEQUENCE, head) + ber.tlv(Tag.OCTETS, security) + scoped
    )


def known(who: User, clock: Clock | None = None) -> Usm:
    usm = Usm(who, clock or Clock())
    before = usm.known
    usm.unwrap(report(1, Report.ENGINE))
    assert (before, usm.known) == (False, True)
    return usm


def response(number: int) -> bytes:
    """A PDU like a request's, as a response."""
    return bytes((Kind.RESPONSE,)) + request(Kind.GET, number, [ber.oid((1, 3, 6, 1))])[1:]


@pytest.mark.parametrize("auth", AUTH)
@pytest.mark.parametrize("priv", [None, *PRIV])
def test_what_one_end_wraps_the_other_unwraps(auth: str, priv: str | None) -> None:
    near, far = known(user(auth, priv)), known(user(auth, priv))
    for number in (7, 2**31 - 1):
        message = far.wrap(number, response(number))
        assert (b"netops" in message, b"privpass12" in message) == (True, False)
        found = near.unwrap(message)
        assert found is not None
        assert (found[0], found[1].number, found[1].status) == (number, number, 0)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_message_that_somebody_touched_is_no_answer(data: st.DataObject) -> None:
    near, far = known(user()), known(user())
    message = bytearray(far.wrap(7, response(7)))
    at = data.draw(st.integers(0, len(message) - 1))
    message[at] ^= data.draw(st.integers(1, 255))
    try:
        found = near.unwrap(bytes(message))
    except (BerError, ReportedError):
        return
    # lengths in a longer form, an unread limit or the version say the same; an answer is still a signed one
    assert found is None or found[1].number == 7


def test_another_users_keys_and_levels_are_not_taken() -> None:
    near = known(user())
    assert near.unwrap(known(user("md5")).wrap(7, response(7))) is None
    assert near.unwrap(known(user("sha", None)).wrap(7, response(7))) is None
    assert near.unwrap(known(user(None, None)).wrap(7, response(7))) is None


def test_old_messages_are_not_taken_and_clocks_go_on() -> None:
    clock = Clock()
    near, far = known(user(), clock), known(user(), Clock())
    message = far.wrap(7, response(7))
    clock.now += 149
    assert near.unwrap(message) is not None
    clock.now += 2
    assert near.unwrap(message) is None


def test_reports_say_whose_message_and_why() -> None:
    near = known(user())
    with pytest.raises(ReportedError) as caught:
        near.unwrap(report(9, Report.DIGEST))
    assert (caught.value.number, caught.value.report) == (9, Report.DIGEST)
    with pytest.raises(BerError):
        near.unwrap(report(9, 99))


def test_a_report_about_time_sets_the_clock() -> None:
    near, far = known(user()), Usm(user(), Clock())
    far.unwrap(report(1, Report.ENGINE, boots=4, seconds=9))
    with pytest.raises(ReportedError):
        near.unwrap(report(9, Report.TIME, boots=4, seconds=9))
    assert near.unwrap(far.wrap(7, response(7))) is not None


def test_keys_are_those_of_the_standard() -> None:
    """RFC 3414, A.3: password ``maplesyrup``, engine 00..02."""
    engine = bytes(11) + b"\2"
    keys = {
        name: User("x", AUTH[name], None, Secret("maplesyrup")).auth_key(engine).hex()
        for name in ("md5", "sha")
    }
    assert keys == {
        "md5": "526f5eed9fcce26f8964c2930787d82b", "sha": "6695febc9288e36282235fc7151f128497b38f3f",
    }  # fmt: skip


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([16, 24, 32]), st.integers(0, 2**31 - 1))
def test_aes_is_the_librarys(plain: bytes, size: int, clock: int) -> None:
    key, ours = bytes(range(size)), AesCipher(bytes(range(size)))
    salt = ours.salt(2**64 + 5, clock)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = clock.to_bytes(4, "big") + (clock // 2).to_bytes(4, "big") + salt
        theirs = Cipher(AES(key), CFB(start)).encryptor()
    secret = ours.encrypted(plain, salt, clock, clock // 2)
    assert secret == theirs.update(plain) + theirs.finalize()
    assert ours.decrypted(secret, salt, clock, clock // 2) == plain


@given(st.binary(max_size=100))
def test_des_comes_back_in_whole_blocks(plain: bytes) -> None:
    cipher = DesCipher(bytes(range(16)))
    salt = cipher.salt(7, 3)
    found = cipher.decrypted(cipher.encrypted(plain, salt, 3, 0), salt, 3, 0)
    assert found[: len(plain)] == plain
    assert len(found) % 8 == 0
