"""The SSH server of a replay: exec channels, a terminal, and NETCONF, answered from a recording.

Any login is let in. A session that broke in the middle of an answer breaks there again, as silence: the
client's own deadline tells.
"""

from __future__ import annotations

from collections.abc import Callable

import asyncssh
from lxml import etree
from lxml.etree import _Element

from netwright.base.secret import Secret
from netwright.device.netconf.framing import Deframer, FramingError, framed
from netwright.device.netconf.xml import BASE, XmlError, local, parse, xml_bytes
from netwright.lab.replay.answers import REMARK, Answers
from netwright.lab.replay.form import Value
from netwright.lab.replay.recording import Recording
from netwright.lab.replay.screen import Screen, Screens
from netwright.lab.replay.scrubbing import Scrubber, unmasked
from netwright.platforms.linux.question import answer_of, commands_of, outputs

_UNKNOWN_STATUS = 127
_REMARK = f"{REMARK} to this command\n"
_SCRUBBER = Scrubber(Secret("replay"))
"""What is asked is scrubbed like what was recorded, and compared with all masks alike."""


class SshReplay:
    """``port`` once it has started."""

    def __init__(self, recording: Recording, unknown: Callable[[str], None]) -> None:
        self.port = 0
        self.screens = Screens(recording.over("terminal"), unknown)
        self.parts: Answers[str] = Answers(unknown)
        """What each command printed, of those that were asked together."""
        self.failed: dict[str, Value] = {"error": _REMARK, "status": _UNKNOWN_STATUS}
        """The answer to a command that nobody asked: as the device answered one that it does not know."""
        self.execs: Answers[dict[str, Value]] = Answers(unknown)
        self.operations: Answers[_Element] = Answers(unknown)
        self.hello = b""
        self.refuses_exec = not recording.over("exec")
        self.open: set[asyncssh.SSHServerConnection] = set()
        self._server: asyncssh.SSHAcceptor | None = None
        for session in recording.over("exec"):
            for entry in session.said:
                self.refuses_exec = self.refuses_exec or "refused" in entry
                self.execs.add(unmasked(str(entry.get("exec"))), entry)
                self._add_parts(str(entry.get("exec")), entry)
        for session in recording.over("netconf"):
            for entry in session.said:
                if "hello" in entry:
                    self.hello = str(entry["hello"]).encode()
                else:
                    self.operations.add(unmasked(str(entry["operation"])), parse(str(entry["reply"])))

    def _add_parts(self, line: str, entry: dict[str, Value]) -> None:
        asked = commands_of(line)
        for name, output in outputs(str(entry.get("output") or ""), asked).items():
            self.parts.add(unmasked(asked[name]), output)
        if not asked and entry.get("status") == _UNKNOWN_STATUS:
            self.failed = {
                "output": entry.get("output"), "error": f"{entry.get('error') or ''}{_REMARK}",
                "status": _UNKNOWN_STATUS,
            }  # fmt: skip

    def executed(self, command: str) -> dict[str, Value]:
        """What stands in the recording; where commands were asked together that were not then, what each of
        them printed."""
        line = unmasked(_SCRUBBER.text(command))
        asked = commands_of(line)
        if not asked or self.execs.known(line):
            return self.execs.take(line, command) or self.failed
        printed = {name: self.parts.take(one, one) or "" for name, one in asked.items()}
        return {"output": answer_of(printed), "status": 0}

    async def start(self) -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        self._server = await asyncssh.create_server(
            lambda: _Login(self), "127.0.0.1", 0, server_host_keys=[key], encoding=None, line_editor=False,
            agent_forwarding=False, gss_host=None,
        )  # fmt: skip
        self.port = self._server.get_port()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for connection in list(self.open):
            connection.abort()


class _Login(asyncssh.SSHServer):
    def __init__(self, replay: SshReplay) -> None:
        self._replay = replay
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._replay.open.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._replay.open.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return False

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self._replay)


class _Session(asyncssh.SSHServerSession[bytes]):
    """One channel: what is asked for first decides what it is."""

    def __init__(self, replay: SshReplay) -> None:
        self._replay = replay
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._command: str | None = None
        self._screen: Screen | None = None
        self._netconf: _Netconf | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, *_: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        if not self._replay.screens:
            return False
        self._screen = self._replay.screens.login()
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return not self._replay.refuses_exec

    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem != "netconf" or not self._replay.hello:
            return False
        self._netconf = _Netconf(self._replay)
        return True

    def session_started(self) -> None:
        if self._command is not None:
            self._execute(self._command)
        elif self._screen is not None:
            self._send(self._screen.greet().encode())
        elif self._netconf is not None:
            self._send(framed(self._replay.hello, chunked=False))

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._screen is not None:
            for shown in self._screen.type(data.decode("utf-8", "replace")):
                self._send(shown.encode())
        elif self._netconf is not None:
            for message in self._netconf.feed(data):
                self._send(message)
            if self._netconf.over and self._channel is not None:
                self._channel.exit(0)

    def eof_received(self) -> bool:
        return True

    def _execute(self, command: str) -> None:
        assert self._channel is not None
        found = self._replay.executed(command)
        self._send(str(found.get("output") or "").encode())
        self._channel.write_stderr(str(found.get("error") or "").encode())
        status = found.get("status")
        if isinstance(status, int):
            self._channel.exit(status)
        elif found.get("whole"):
            self._channel.write_eof()
            self._channel.close()

    def _send(self, data: bytes) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)


class _Netconf:
    """The server's side of a NETCONF session."""

    def __init__(self, replay: SshReplay) -> None:
        self._replay = replay
        self._deframer = Deframer()
        self._message = bytearray()
        self._greeted = False
        self.over = False

    def feed(self, data: bytes) -> list[bytes]:
        answers: list[bytes] = []
        try:
            for piece in self._deframer.feed(data):
                self._message += piece
                if not piece:
                    answers += self._end(parse(bytes(self._message)))
                    self._message.clear()
        except (FramingError, XmlError):
            self.over = True
        return answers

    def _end(self, root: _Element) -> list[bytes]:
        if not self._greeted:
            self._greeted = True
            both = b"netconf:base:1.1" in self._replay.hello and b"netconf:base:1.1" in xml_bytes(root)
            self._deframer.chunked = both
            return []
        reply = self._reply(root[0])
        reply.set("message-id", root.get("message-id") or "")
        self.over = local(root[0]) == "close-session"
        return [framed(xml_bytes(reply), chunked=self._deframer.chunked)]

    def _reply(self, operation: _Element) -> _Element:
        alone = parse(xml_bytes(operation))
        _SCRUBBER.xml(alone)
        asked = unmasked(etree.tostring(alone, method="c14n").decode())
        if local(operation) == "close-session":
            return parse(f'<rpc-reply xmlns="{BASE}"><ok/></rpc-reply>')
        found = self._replay.operations.take(asked, asked)
        if found is not None:
            return found
        return parse(
            f'<rpc-reply xmlns="{BASE}"><rpc-error><error-type>application</error-type>'
            "<error-tag>operation-failed</error-tag><error-severity>error</error-severity>"
            f"<error-message>{REMARK} to this operation</error-message></rpc-error>"
            "</rpc-reply>"
        )
