"""Several commands in one exec channel, their outputs told apart by a marker line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from netwright.device.session import Session

_MARK = "@@netwright"
_SECTION = re.compile(rf"^{_MARK} (\S+)\n", re.MULTILINE)


async def ask(session: Session, commands: Mapping[str, str]) -> dict[str, str]:
    """Output by name. A command that fails leaves an empty or odd output, which its parser refuses; the
    exit status is the last one's and says nothing."""
    line = "; ".join(f"echo '{_MARK} {name}'; {command}" for name, command in commands.items())
    reply = await session.run(line, check=False)
    parts = _SECTION.split(reply.output)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
