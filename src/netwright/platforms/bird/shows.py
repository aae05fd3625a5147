"""What is asked of BIRD through ``birdc``, and of the Linux below it."""

from __future__ import annotations

from dataclasses import replace

from netwright.platforms.bird import protocols, routes
from netwright.platforms.linux import shows as linux
from netwright.platforms.linux.reader import Questions
from netwright.platforms.show import Show

PROTOCOLS = Show(
    "birdc show status; birdc show protocols all", protocols.told, ("system", "bgp_sessions", "route_summary")
)
LLDP = replace(linux.LLDP, optional=True)
SHOWS = (
    PROTOCOLS,
    LLDP,
    Show("birdc show bfd sessions", routes.bfd, ("bfd",), optional=True),
    *linux.SHOWS,
)
ROUTES = Show("birdc show route all", routes.routes, ("routes",), rarely=True)
QUESTIONS = Questions(whole=SHOWS, round=(PROTOCOLS, LLDP), standing_in=(linux.LINKS,), further=linux.further)
