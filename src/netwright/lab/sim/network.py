"""The simulated network: which links carry, which BGP sessions are up, which routes go where.

Kept simple on purpose, and said plainly: a session comes up or goes down at once (no timers); it needs a
cable between two interfaces of one subnet (no sessions between loopbacks); only IPv4 unicast; the best path
is chosen by local preference, length of the AS path, external before internal, lowest neighbour; policies
know prefix lists, local preference and prepending, and an entry of a route map that matches on anything else
never matches; whether a next hop can be reached is not checked.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from netwright.lab.sim.speaker import MapEntry, Neighbor, Speaker
from netwright.lab.topology import Cable

Prefix = ipaddress.IPv4Network
_MOST_STEPS = 50  # visits of a router for one prefix: more is a policy that never settles (RFC 3345)


class Member(Protocol):
    """A node as the network sees it."""

    @property
    def name(self) -> str: ...

    @property
    def alive(self) -> bool: ...

    @property
    def speaker(self) -> Speaker | None: ...

    def settle(self) -> None: ...

    def admin_up(self, interface: str) -> bool: ...

    def interface_addresses(self) -> Iterable[tuple[str, ipaddress.IPv4Interface]]: ...


@dataclass(frozen=True, slots=True)
class Route:
    """A path to a prefix as a router holds it. ``neighbor`` is empty for its own."""

    preference: int
    path: tuple[int, ...]
    neighbor: str = ""
    internal: bool = False
    next_hop: str = "0.0.0.0"

    def rank(self) -> tuple[object, ...]:
        """Smaller is better."""
        at = int(ipaddress.IPv4Address(self.neighbor)) if self.neighbor else 0
        return (bool(self.neighbor), -self.preference, len(self.path), self.internal, at)


@dataclass(slots=True)
class Session:
    """One end of a session that may be up. ``since`` is the time it came up or went down."""

    neighbor: Neighbor
    peer: str = ""
    local: str = ""
    up: bool = False
    since: float = 0.0
    established: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Port:
    peer: tuple[str, str] | None = None
    cut: bool = False


@dataclass(slots=True)
class Network:
    """All members with what is between them."""

    now: Callable[[], float]
    members: dict[str, Member] = field(default_factory=dict)
    _ports: dict[tuple[str, str], _Port] = field(default_factory=dict)
    _owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    _owned: dict[str, list[str]] = field(default_factory=dict)
    _sessions: dict[str, dict[str, Session]] = field(default_factory=dict)
    _best: dict[Prefix, dict[str, Route]] | None = None

    def add(self, member: Member) -> None:
        self.members[member.name] = member

    def connect(self, cable: Cable) -> None:
        a, b = (cable.a.node, cable.a.name), (cable.b.node, cable.b.name)
        self._ports[a] = _Port(b)
        self._ports[b] = _Port(a)

    def peer(self, node: str, interface: str) -> tuple[str, str] | None:
        """(node, interface) at the other end of the cable."""
        port = self._ports.get((node, interface))
        return port.peer if port else None

    def set_cut(self, node: str, interface: str, *, cut: bool) -> None:
        """Cut or heal the cable (or the management link, which has no other end here)."""
        port = self._ports.setdefault((node, interface), _Port())
        port.cut = cut
        if port.peer:
            self._ports[port.peer].cut = cut
        self.changed(node, *([port.peer[0]] if port.peer else []))

    def is_cut(self, node: str, interface: str) -> bool:
        port = self._ports.get((node, interface))
        return port is not None and port.cut

    def carries(self, node: str, interface: str) -> bool:
        """Whether the interface is up: a cable that is whole, and an end that is switched on at each side."""
        member = self.members[node]
        if not member.alive or not member.admin_up(interface) or self.is_cut(node, interface):
            return False
        far = self.peer(node, interface)
        if far is None:
            return interface in {"lo", "eth0"}
        other = self.members[far[0]]
        return other.alive and other.admin_up(far[1])

    # -- sessions ------------------------------------------------------------------------------------------

    def changed(self, *nodes: str) -> None:
        """Something about these nodes changed: work out the sessions they have a part in anew."""
        for node in nodes:
            for held in self._owned.pop(node, ()):
                self._owners.pop(held, None)
            own = [(str(address.ip), port) for port, address in self.members[node].interface_addresses()]
            self._owners.update({address: (node, port) for address, port in own})
            self._owned[node] = [address for address, _ in own]
        around = dict.fromkeys(nodes)
        for node in nodes:
            around.update(dict.fromkeys(session.peer for session in self._sessions.get(node, {}).values()))
            around.update(dict.fromkeys(self._neighbors_by_cable(node)))
        for node in around:
            if node in self.members:
                self._match(node)
                self.members[node].settle()
        self._best = None

    def sessions(self, node: str) -> dict[str, Session]:
        """The node's BGP sessions by the neighbour's address."""
        return self._sessions.get(node, {})

    def _neighbors_by_cable(self, node: str) -> Iterator[str]:
        for interface, _ in self.members[node].interface_addresses():
            if far := self.peer(node, interface):
                yield far[0]

    def _match(self, node: str) -> None:
        member = self.members[node]
        before = self._sessions.get(node, {})
        after: dict[str, Session] = {}
        speaker = member.speaker if member.alive else None
        for address, neighbor in (speaker.neighbors if speaker else {}).items():
            session = before.get(address) or Session(neighbor, since=self.now())
            session.neighbor = neighbor
            self._bring(session, node, address)
            after[address] = session
        self._sessions[node] = after

    def _bring(self, session: Session, node: str, address: str) -> None:
        local = self._session_between(node, address)
        if local is None:
            if session.up:
                session.up, session.since, session.dropped = False, self.now(), session.dropped + 1
            return
        if not session.up:
            session.up, session.since, session.established = True, self.now(), session.established + 1
        session.local, session.peer = local, self._owners[address][0]

    def _session_between(self, node: str, address: str) -> str | None:
        """The local address of a session with ``address``, None when both ends don't want it alike."""
        owner = self._owners.get(address)
        mine = self.members[node].speaker
        if owner is None or mine is None or owner[0] == node:
            return None
        theirs = self.members[owner[0]].speaker
        local = self._local_address(node, address)
        if theirs is None or local is None or local not in theirs.neighbors:
            return None
        near, far = mine.neighbors[address], theirs.neighbors[local]
        agreed = (
            near.is_peer_of(mine.asn, theirs.asn)
            and far.is_peer_of(theirs.asn, mine.asn)
            and near.password == far.password
            and not near.shutdown
            and not far.shutdown
            and near.active
            and far.active
        )
        return local if agreed else None

    def _local_address(self, node: str, address: str) -> str | None:
        """Our address on the cable that leads to the owner of ``address``."""
        wanted = ipaddress.IPv4Address(address)
        for interface, own in self.members[node].interface_addresses():
            if wanted in own.network and self.peer(node, interface) == self._owners[address]:
                return str(own.ip) if self.carries(node, interface) else None
        return None

    # -- routes --------------------------------------------------------------------------------------------

    def routes(self, node: str) -> dict[Prefix, Route]:
        """The node's best route to each prefix."""
        found = {}
        for prefix, best in self._table().items():
            if (route := best.get(node)) is not None:
                found[prefix] = route
        return found

    def paths(self, node: str) -> dict[Prefix, list[Route]]:
        """All paths that the node holds to each prefix, the best first."""
        table = {prefix: [route] for prefix, route in self.routes(node).items()}
        for session in self.sessions(node).values():
            for prefix, route in self.received(node, session).items():
                held = table.setdefault(prefix, [])
                if route not in held:
                    held.append(route)
        return table

    def received(self, node: str, session: Session) -> dict[Prefix, Route]:
        """What the neighbour sends over a session and our policy takes."""
        if not session.up:
            return {}
        taken = (
            (prefix, self._advertise(session.peer, node, session, prefix, route))
            for prefix, route in self.routes(session.peer).items()
        )
        return {prefix: route for prefix, route in taken if route is not None}

    def sent(self, node: str, session: Session) -> int:
        """How many prefixes go out over a session."""
        if not session.up:
            return 0
        return sum(
            self._offer(node, session, prefix, route) is not None
            for prefix, route in self.routes(node).items()
        )

    def _table(self) -> dict[Prefix, dict[str, Route]]:
        if self._best is None:
            origins: dict[Prefix, list[str]] = {}
            for name, member in self.members.items():
                if member.alive and (speaker := member.speaker):
                    for prefix in (*speaker.originated, *(network for network, _ in speaker.aggregates)):
                        origins.setdefault(prefix, []).append(name)
            self._best = {prefix: self._spread(prefix, names) for prefix, names in sorted(origins.items())}
        return self._best

    def _spread(self, prefix: Prefix, origins: list[str]) -> dict[str, Route]:
        """Path-vector exchange of one prefix until nobody learns anything better."""
        own = Route(100, ())
        best: dict[str, Route] = dict.fromkeys(origins, own)
        heard: dict[str, dict[str, Route]] = {}
        queue = deque(origins)
        visits: dict[str, int] = {}
        while queue:
            sender = queue.popleft()
            visits[sender] = visits.get(sender, 0) + 1
            if visits[sender] > _MOST_STEPS:
                continue
            for receiver, end in self._ends_towards(sender):
                known = heard.setdefault(receiver, {})
                if not self._tell(prefix, sender, receiver, end, best.get(sender), known):
                    continue
                candidates = [*known.values(), *([own] if receiver in origins else [])]
                chosen = min(candidates, key=Route.rank, default=None)
                if chosen == best.get(receiver):
                    continue
                if chosen is None:
                    best.pop(receiver)
                else:
                    best[receiver] = chosen
                queue.append(receiver)
        return best

    def _tell(
        self,
        prefix: Prefix,
        sender: str,
        receiver: str,
        end: Session,
        route: Route | None,
        known: dict[str, Route],
    ) -> bool:
        """Put what ``sender`` now says into what the receiver has ``known``; whether that was news."""
        offer = self._advertise(sender, receiver, end, prefix, route) if route else None
        address = end.neighbor.address
        if known.get(address) == offer:
            return False
        if offer is None:
            known.pop(address)
        else:
            known[address] = offer
        return True

    def _ends_towards(self, sender: str) -> Iterator[tuple[str, Session]]:
        """(receiver, the receiver's end) of each session of ``sender`` that is up."""
        for session in self.sessions(sender).values():
            if session.up and (end := self.sessions(session.peer).get(session.local)) is not None and end.up:
                yield session.peer, end

    def _advertise(
        self, sender: str, receiver: str, end: Session, prefix: Prefix, route: Route
    ) -> Route | None:
        """What ``receiver`` makes of ``sender``'s route, None when one of the two keeps it back."""
        into = self.members[receiver].speaker
        assert into is not None
        offer = self._offer(sender, self.sessions(sender)[end.local], prefix, route)
        if offer is None or into.asn in offer.path:
            return None
        policy = into.passes(end.neighbor, "in", prefix)
        external = not offer.internal
        if policy is False or (external and into.requires_policy and not into.has_policy(end.neighbor, "in")):
            return None
        if not isinstance(policy, MapEntry):
            return offer
        preference = offer.preference if policy.local_preference is None else policy.local_preference
        return Route(
            preference, (*policy.prepend, *offer.path), offer.neighbor, offer.internal, offer.next_hop
        )

    def _offer(self, sender: str, session: Session, prefix: Prefix, route: Route) -> Route | None:
        """What ``sender`` sends over its ``session``."""
        speaker, into = self.members[sender].speaker, self.members[session.peer].speaker
        if speaker is None or into is None or route.neighbor == session.neighbor.address:
            return None
        internal = speaker.asn == into.asn
        if internal and route.internal and not self._reflects(sender, route, session):
            return None
        if any(
            summary and prefix != whole and prefix.subnet_of(whole) for whole, summary in speaker.aggregates
        ):
            return None
        policy = speaker.passes(session.neighbor, "out", prefix)
        unasked = speaker.requires_policy and not speaker.has_policy(session.neighbor, "out")
        if policy is False or (not internal and unasked):
            return None
        prepend = policy.prepend if isinstance(policy, MapEntry) else ()
        keeps = internal and route.neighbor and not session.neighbor.next_hop_self
        return Route(
            preference=route.preference if internal else 100,
            path=route.path if internal else (*prepend, speaker.asn, *route.path),
            neighbor=session.local,
            internal=internal,
            next_hop=route.next_hop if keeps else session.local,
        )

    def _reflects(self, node: str, route: Route, towards: Session) -> bool:
        """Route reflection (RFC 4456): from a client to all, from the others to clients."""
        source = self.sessions(node).get(route.neighbor)
        return towards.neighbor.reflector_client or (source is not None and source.neighbor.reflector_client)
