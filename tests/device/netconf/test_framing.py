"""The same messages come out however the stream is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.device.netconf.framing import Deframer, FramingError, framed

MESSAGES = st.lists(st.binary(min_size=1, max_size=300), max_size=6)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[a:b] for a, b in pairwise(edges)]


def read(deframer: Deframer, pieces: list[bytes]) -> list[bytes]:
    messages, message = [], b""
    for data in pieces:
        for piece in deframer.feed(data):
            message += piece
            if not piece:
                messages.append(message)
                message = b""
    assert message == b""
    return messages


@given(MESSAGES, st.lists(st.integers(0, 5000), max_size=40))
@settings(deadline=None)
def test_chunked_messages_survive_any_cut(messages: list[bytes], places: list[int]) -> None:
    deframer = Deframer()
    deframer.chunked = True
    stream = b"".join(framed(message, chunked=True) for message in messages)
    assert read(deframer, cut(stream, places)) == messages


@given(
    st.lists(st.text("]>x<", min_size=1, max_size=40).map(str.encode), max_size=6),
    st.lists(st.integers(0, 500), max_size=40),
)
@settings(deadline=None)
def test_marked_messages_survive_any_cut(messages: list[bytes], places: list[int]) -> None:
    # one that holds the mark, or ends so that its mark begins early, can't be XML
    sendable = [m for m in messages if (m + b"]]>]]>").find(b"]]>]]>") == len(m)]
    stream = b"".join(framed(message, chunked=False) for message in sendable)
    assert read(Deframer(), cut(stream, places)) == sendable


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=50), st.integers(1, 9)), min_size=1, max_size=8))
@settings(deadline=None)
def test_a_server_may_choose_any_chunks(parts: list[tuple[bytes, int]]) -> None:
    deframer = Deframer()
    deframer.chunked = True
    stream = b"".join(b"\n#%d\n%b" % (len(part), part) for part, _ in parts) + b"\n##\n"
    step = parts[0][1]
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert read(deframer, pieces) == [b"".join(part for part, _ in parts)]


def test_the_framing_may_change_between_two_messages_of_one_piece() -> None:
    deframer = Deframer()
    found = []
    for piece in deframer.feed(b"<hello/>]]>]]>\n#3\n<a>\n#4\n</a>\n##\n"):
        found.append(piece)
        deframer.chunked = deframer.chunked or not piece
    assert found == [b"<hello/>", b"", b"<a>", b"</a>", b""]


@pytest.mark.parametrize(
    "stream",
    [
        b"<rpc-reply/>",
        b"\n#0\n",
        b"\n#01\nx",
        b"\n#99999999999\n",
        b"\n#x\n",
        b"\nx",
        b"\n#4294967296\n",
        b"\n#\n",
    ],
)
def test_what_is_no_chunk_is_refused(stream: bytes) -> None:
    deframer = Deframer()
    deframer.chunked = True
    with pytest.raises(FramingError):
        list(deframer.feed(stream))


def test_the_end_mark_is_never_sent_inside_a_message() -> None:
    with pytest.raises(FramingError):
        framed(b"<a>]]>]]></a>", chunked=False)


def test_a_long_message_is_sent_in_chunks() -> None:
    message = b"x" * 200_000
    deframer = Deframer()
    deframer.chunked = True
    stream = framed(message, chunked=True)
    assert stream.startswith(b"\n#65536\n")
    assert read(deframer, [stream]) == [message]
