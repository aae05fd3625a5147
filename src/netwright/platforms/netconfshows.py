"""Vendors' own questions over NETCONF: Junos' RPCs, IOS-XR's native models.

Who made the device is told by the namespaces that its server announces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from netwright.base.errors import DeviceError
from netwright.device.netconf.session import NetconfSession
from netwright.device.netconf.xml import xml_text
from netwright.platforms.cisco_xr import shows as cisco_xr
from netwright.platforms.facts import Found
from netwright.platforms.juniper_junos import shows as juniper_junos
from netwright.platforms.show import Show, Via, read_all, wanted

_BY_MARK: tuple[tuple[str, tuple[Show, ...]], ...] = (
    ("xml.juniper.net", juniper_junos.SHOWS),
    ("Cisco-IOS-XR", cisco_xr.SHOWS),
)


async def vendor_found(
    session: NetconfSession,
    namespaces: set[str],
    problems: list[tuple[str, str]],
    subjects: Collection[str] = (),
) -> list[Found]:
    """What the vendor's own questions bring; nothing for a vendor that we have none of. Questions that are
    refused are told in ``problems``. Raises DeviceError when the session breaks."""
    for mark, shows in _BY_MARK:
        if any(mark in namespace for namespace in namespaces):
            chosen = [one for one in wanted(shows, subjects, Via.NETCONF) if not one.rarely]
            return [await _asked(session, chosen, namespaces, problems)]
    return []


async def _asked(
    session: NetconfSession, shows: Iterable[Show], namespaces: set[str], problems: list[tuple[str, str]]
) -> Found:
    answers: dict[str, str] = {}
    for show in shows:
        try:
            answer = await _answer(session, show.command, namespaces)
        except DeviceError as error:
            if session.broken is not None:
                raise
            problems.append((show.name, str(error)))
        else:
            if answer is not None:
                answers[show.command] = answer
    return read_all(shows, answers)


async def _answer(session: NetconfSession, command: str, namespaces: set[str]) -> str | None:
    """``a/b/c``: that part of the configuration; ``module_top``, several of them: containers of native
    models; else an RPC. None where the device has no such model."""
    if "/" in command:
        filter_ = ""
        for name in reversed(command.split("/")):
            filter_ = f"<{name}>{filter_}</{name}>"
        return xml_text(await session.get_config("running", filter_))
    if "_" in command:
        tops = []
        for item in command.split():
            module, _, top = item.partition("_")
            found = next((name for name in sorted(namespaces) if name.endswith(f"-{module}")), None)
            if found is not None:
                tops.append(f'<{top} xmlns="{found}"/>')
        return xml_text(await session.get("".join(tops))) if tops else None
    return xml_text((await session.rpc(f"<{command}/>")).root)
