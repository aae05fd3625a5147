"""A NETCONF session with one device: reading, editing, and commits that undo themselves.

An operation that needs a capability which the server did not tell is refused here, before anything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from lxml.etree import _Element

from netwright.base.errors import DeviceError, UnparsedAnswerError
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.netconf import operation
from netwright.device.netconf.capabilities import Capabilities, Hello
from netwright.device.netconf.channel import MAX_MESSAGE_BYTES, NetconfChannel, open_channel
from netwright.device.netconf.fault import RpcFault, read_fault, refusal
from netwright.device.netconf.operation import (
    Datastore,
    DefaultOperation,
    ErrorOption,
    Filter,
    TestOption,
    Url,
    Xml,
)
from netwright.device.netconf.xml import MONITORING, element, elements, local, text_of, xml_text
from netwright.device.ssh import SshConnection

NETCONF_PORT = 830
_FAREWELL_S = 2.0


class UnsupportedOperationError(DeviceError):
    """The server did not announce what an operation needs."""


@dataclass(frozen=True, slots=True)
class RpcReply:
    """An ``rpc-reply`` without errors. ``warnings`` are the server's; ``root`` is the whole element."""

    root: _Element
    warnings: tuple[RpcFault, ...] = ()

    @property
    def data(self) -> _Element | None:
        """What stands in ``data``, or the first element that is no ``ok`` and no error."""
        for node in self._content():
            return node
        return None

    @property
    def content(self) -> tuple[_Element, ...]:
        return tuple(self._content())

    def _content(self) -> Iterator[_Element]:
        for node in self.root:
            if isinstance(node.tag, str) and local(node) not in {"ok", "rpc-error"}:
                yield node


@dataclass(frozen=True, slots=True)
class ConfirmedCommit:
    """How a commit undoes itself: ``timeout_s`` after it unless confirmed. With ``persist`` it outlives the
    session, and whoever knows the word can confirm or cancel it."""

    timeout_s: int
    persist: str | None = None


class NetconfSession:
    """Made by ``netconf_session`` or ``open_netconf``."""

    def __init__(self, endpoint: Endpoint, channel: NetconfChannel, hello: Hello) -> None:
        self._endpoint = endpoint
        self._channel = channel
        self._hello = hello

    @property
    def session_id(self) -> int:
        return self._hello.session_id

    @property
    def capabilities(self) -> Capabilities:
        return self._hello.capabilities

    @property
    def broken(self) -> DeviceError | None:
        """Why the session can't be used any more; None while it can."""
        return self._channel.broken

    async def rpc(self, request: Xml, *, timeout_s: float | None = None) -> RpcReply:
        """Any operation, a vendor's too: ``rpc("<get-chassis-inventory/>")``. Elements without a namespace
        get the base one. Raises RpcError, and DeviceError's other subclasses."""
        if isinstance(request, str):
            (request,) = elements(request)
        node = request
        root = await self._channel.request(node, timeout_s=timeout_s)
        faults = tuple(read_fault(found) for found in root.iterchildren("{*}rpc-error"))
        if any(fault.severity != "warning" for fault in faults):
            raise refusal(local(node), faults, subject=self._endpoint.device)
        return RpcReply(root, faults)

    async def get(
        self,
        filter_: Filter | None = None,
        *,
        with_defaults: str | None = None,
        timeout_s: float | None = None,
    ) -> _Element:
        """Configuration and state. The ``data`` element."""
        self._needs_filter(filter_)
        return self._data(await self.rpc(operation.get(filter_, with_defaults), timeout_s=timeout_s))

    async def get_config(
        self,
        source: Datastore = "running",
        filter_: Filter | None = None,
        *,
        with_defaults: str | None = None,
        timeout_s: float | None = None,
    ) -> _Element:
        """One datastore's configuration. The ``data`` element."""
        self._needs_store(source)
        self._needs_filter(filter_)
        request = operation.get_config(source, filter_, with_defaults)
        return self._data(await self.rpc(request, timeout_s=timeout_s))

    async def edit_config(
        self,
        config: Xml,
        target: Datastore = "candidate",
        *,
        default_operation: DefaultOperation | None = None,
        test_option: TestOption | None = None,
        error_option: ErrorOption | None = None,
        timeout_s: float | None = None,
    ) -> RpcReply:
        if target == "running":
            self._needs("writable-running", "editing the running configuration")
        else:
            self._needs_store(target)
        if test_option is not None:
            versions = ("1.1",) if test_option == "test-only" else ()
            self._needs("validate", f"test-option {test_option}", *versions)
        if error_option == "rollback-on-error":
            self._needs("rollback-on-error", "error-option rollback-on-error")
        request = operation.edit_config(config, target, default_operation, test_option, error_option)
        return await self.rpc(request, timeout_s=timeout_s)

    async def copy_config(self, source: Datastore | _Element, target: Datastore) -> RpcReply:
        return await self.rpc(operation.copy_config(source, target))

    async def delete_config(self, target: Datastore) -> RpcReply:
        return await self.rpc(operation.on_target("delete-config", target))

    async def lock(self, target: Datastore = "candidate") -> None:
        """Raises LockDeniedError when another session holds it."""
        self._needs_store(target)
        await self.rpc(operation.on_target("lock", target))

    async def unlock(self, target: Datastore = "candidate") -> None:
        await self.rpc(operation.on_target("unlock", target))

    @asynccontextmanager
    async def locked(self, target: Datastore = "candidate") -> AsyncIterator[None]:
        """The lock, held inside. A candidate that was left changed is discarded before it is given back."""
        await self.lock(target)
        try:
            yield
        except BaseException:
            with suppress(DeviceError):  # the first error is the one to tell
                if target == "candidate":
                    await self.discard_changes()
                await self.unlock(target)
            raise
        await self.unlock(target)

    async def discard_changes(self) -> None:
        self._needs("candidate", "discarding a candidate")
        await self.rpc(element("discard-changes"))

    async def validate(self, source: Datastore = "candidate", *, timeout_s: float | None = None) -> RpcReply:
        self._needs("validate", "validating")
        self._needs_store(source)
        return await self.rpc(operation.validate(source), timeout_s=timeout_s)

    async def commit(
        self,
        *,
        confirmed: ConfirmedCommit | None = None,
        persist_id: str | None = None,
        timeout_s: float | None = None,
    ) -> RpcReply:
        """Make the candidate the running configuration; ``confirmed``: for a while. A plain commit, with the
        ``persist_id`` of a persistent one, confirms what waits."""
        self._needs("candidate", "committing")
        if confirmed is not None:
            self._needs("confirmed-commit", "a confirmed commit", *(("1.1",) if confirmed.persist else ()))
        if persist_id is not None:
            self._needs("confirmed-commit", "confirming by persist-id", "1.1")
        request = operation.commit(
            confirmed=confirmed is not None,
            confirm_timeout_s=None if confirmed is None else confirmed.timeout_s,
            persist=None if confirmed is None else confirmed.persist,
            persist_id=persist_id,
        )
        return await self.rpc(request, timeout_s=timeout_s)

    async def cancel_commit(self, persist_id: str | None = None) -> RpcReply:
        """Undo a confirmed commit now."""
        self._needs("confirmed-commit", "cancelling a commit", "1.1")
        return await self.rpc(operation.cancel_commit(persist_id))

    async def kill_session(self, session_id: int) -> None:
        """End another session; its locks and its unconfirmed commit go with it."""
        await self.rpc(operation.kill_session(session_id))

    async def get_schema(
        self, identifier: str, *, version: str | None = None, kind: str | None = None
    ) -> str:
        """A YANG module's text (RFC 6022)."""
        if not self.capabilities.namespace(MONITORING):
            raise self._unsupported("ietf-netconf-monitoring", "fetching schemas")
        return text_of(self._data(await self.rpc(operation.get_schema(identifier, version, kind))))

    async def close(self) -> None:
        """Say good-bye; a server that doesn't answer it is left."""
        if self.broken is None:
            with suppress(DeviceError):
                await self._channel.request(element("close-session"), timeout_s=_FAREWELL_S)
        await self._channel.close()

    def _data(self, reply: RpcReply) -> _Element:
        for node in reply.content:
            if local(node) == "data":
                return node
        raise UnparsedAnswerError(
            "a reply has no <data>",
            subject=self._endpoint.device,
            remedy="Look at the server's log.",
            raw=xml_text(reply.root)[:1000],
        )

    def _needs(self, capability: str, what: str, *versions: str) -> None:
        if not self.capabilities.has(capability, *versions):
            name = ":".join(("", capability, *versions))
            raise self._unsupported(name, what)

    def _needs_store(self, store: Datastore) -> None:
        if isinstance(store, Url):
            self._needs("url", "a datastore at a URL")
        elif store in {"candidate", "startup"}:
            self._needs(store, f"the {store} datastore")

    def _needs_filter(self, filter_: Filter | None) -> None:
        if isinstance(filter_, operation.XPath):
            self._needs("xpath", "a filter by XPath")

    def _unsupported(self, capability: str, what: str) -> UnsupportedOperationError:
        return UnsupportedOperationError(
            f"{what} needs the NETCONF capability {capability}, which the server did not announce",
            subject=self._endpoint.device,
            remedy="Turn it on at the device, or do without it.",
        )


async def open_netconf(
    endpoint: Endpoint,
    hostkeys: HostKeys,
    *,
    max_message: int = MAX_MESSAGE_BYTES,
    ssh: SshConnection | None = None,
) -> NetconfSession:
    """A session at ``endpoint.ssh_port`` (RFC 6242 gives 830). Close it, or use ``netconf_session``. ``ssh``:
    the connection to use and to close."""
    channel, hello = await open_channel(endpoint, hostkeys, max_message=max_message, ssh=ssh)
    return NetconfSession(endpoint, channel, hello)


@asynccontextmanager
async def netconf_session(
    endpoint: Endpoint, hostkeys: HostKeys, *, max_message: int = MAX_MESSAGE_BYTES
) -> AsyncIterator[NetconfSession]:
    session = await open_netconf(endpoint, hostkeys, max_message=max_message)
    try:
        yield session
    finally:
        await asyncio.shield(session.close())
