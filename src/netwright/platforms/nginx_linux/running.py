"""What a content server runs, as text for backups: its network, and nginx's whole configuration."""

from __future__ import annotations

from netwright.base.errors import UnparsedAnswerError
from netwright.device.session import Session

_END = "# end of configuration"
_COMMAND = "; ".join(
    (
        "set -e",
        "export PATH=$PATH:/usr/sbin:/sbin",
        "echo '# addresses'",
        "ip -o address show scope global | sed -E 's/^[0-9]+: +//; s/ +/ /g; s/ *valid_lft.*//'",
        "echo '# routes'",
        "ip route show",
        "echo '# nginx'",
        "sudo nginx -T 2>/dev/null",
        f"echo '{_END}'",
    )
)


class NginxLinuxReader:
    """``ConfigReader`` for content servers."""

    async def read_running(self, session: Session) -> str:
        """Raises CommandFailedError when nginx refuses its own configuration, UnparsedAnswerError when the
        answer is not whole."""
        text = (await session.run(_COMMAND)).output
        if not text.rstrip().endswith(_END):
            raise UnparsedAnswerError(
                "the configuration is not whole",
                subject=session.endpoint.device,
                remedy="Run the backup again.",
                raw=text[-200:],
            )
        return text
