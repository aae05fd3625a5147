"""What is asked of SR Linux: parts of its state tree."""

from __future__ import annotations

from netwright.platforms.nokia_srl import state
from netwright.platforms.show import Show

SHOWS = (
    Show("info from state system | as json", state.system, ("system", "neighbors")),
    Show("info from state platform | as json", state.platform, ("system", "components")),
    Show(
        "info from state interface * | as json", state.interfaces, ("interfaces", "addresses", "transceivers")
    ),
    Show("info from state network-instance * protocols bgp | as json", state.instances, ("bgp_sessions",)),
)
