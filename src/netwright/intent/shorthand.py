"""What design files leave unsaid: the parts a device has from its model, the bay of a component, what a
cable's subnet and BGP role mean for its two ends."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.intent.document import Listing, Node, Scalar
from netwright.intent.draft import Draft, key_of
from netwright.intent.partdrafts import PartDrafts
from netwright.intent.resolve import Names
from netwright.inventory import Asn, Device
from netwright.store.history import chunks
from netwright.store.kind import Kinds
from netwright.store.naming import SEPARATOR
from netwright.store.problem import Problem


class Shorthand:
    """Unfolds drafts. ``problems`` collects what could not be understood."""

    def __init__(self, session: Session, kinds: Kinds, names: Names) -> None:
        self._session = session
        self._kinds = kinds
        self._names = names
        self.problems: list[Problem] = []

    def unfold(self, drafts: Sequence[Draft]) -> list[Draft]:
        """``drafts`` and what follows from them."""
        result = [*drafts, *self._fitted(drafts)]
        result += PartDrafts(self._session, self._kinds, self._names).unfold(result)
        cables = [draft for draft in drafts if draft.kind.name == "cable"]
        for cable in cables:
            _name_cable(cable)
        result.extend(self._subnets(result, cables))
        return result

    def _fitted(self, drafts: Sequence[Draft]) -> Iterator[Draft]:
        """Bays of the components that say which bay they are in."""
        bays = {draft.key: draft for draft in drafts if draft.kind.name == "bay" and draft.key}
        for component in drafts:
            node = component.extras.get("bay")
            if node is None or component.kind.name != "component" or not component.key:
                continue
            if not isinstance(node, Scalar) or not node.text:
                self.problems.append(component.problem("bay wants the name of a bay", line=node.line))
                continue
            bay = Draft(self._kinds["bay"], component.file, node.line, {"device": component.values["device"]})
            bay.values |= {"bay_class": Scalar("module", node.line), "name": node}
            bay.key = key_of(bay)
            held = bays.setdefault(bay.key, bay)
            held.values["component"] = component
            if held is bay:
                yield bay

    def _subnets(self, drafts: list[Draft], cables: list[Draft]) -> Iterator[Draft]:
        """Addresses and BGP sessions of cables that have a ``subnet``."""
        numbers = self._asns(drafts, [cable for cable in cables if "bgp" in cable.extras])
        for cable in cables:
            if "subnet" not in cable.extras:
                for name in cable.extras:
                    self.problems.append(cable.problem(f"{name} wants a subnet beside it"))
                continue
            for node in _items(cable.extras["subnet"]):
                ends = self._ends(cable, node)
                if ends is not None:
                    yield from self._addresses(cable, ends, node.line)
                    yield from self._sessions(cable, ends, numbers)

    def _ends(self, cable: Draft, node: Node) -> tuple[address.Interface, address.Interface] | None:
        text = node.text if isinstance(node, Scalar) else None
        try:
            network = ipaddress.ip_network(text or "")
        except ValueError:
            self.problems.append(
                cable.problem(f"subnet: expected a prefix as 192.0.2.0/31, not {text!r}", line=node.line)
            )
            return None
        if network.num_addresses < 2:
            self.problems.append(cable.problem(f"subnet {network} has no two addresses", line=node.line))
            return None
        first = 0 if network.num_addresses == 2 else 1
        low, high = (
            ipaddress.ip_interface((int(network.network_address) + first + end, network.prefixlen))
            if network.version == 4
            else ipaddress.IPv6Interface((int(network.network_address) + first + end, network.prefixlen))
            for end in (0, 1)
        )
        return low, high

    def _addresses(
        self, cable: Draft, ends: tuple[address.Interface, address.Interface], line: int
    ) -> Iterator[Draft]:
        for field, value in zip(("a_interface", "b_interface"), ends, strict=True):
            interface = cable.text(field)
            if interface:
                values: dict[str, Scalar | Draft] = {
                    "address": Scalar(str(value), line),
                    "interface": Scalar(interface, line),
                }
                draft = Draft(self._kinds["address"], cable.file, line, values)
                draft.key = key_of(draft)
                yield draft

    def _sessions(
        self, cable: Draft, ends: tuple[address.Interface, address.Interface], numbers: dict[str, str]
    ) -> Iterator[Draft]:
        role = cable.extras.get("bgp")
        if role is None:
            return
        low, high = (str(end.ip) for end in ends)
        a, b = (_device_of(cable.text(field)) for field in ("a_interface", "b_interface"))
        for device, local, remote, peer in ((a, low, high, b), (b, high, low, a)):
            if peer not in numbers:
                self.problems.append(cable.problem(f"bgp: device {peer!r} has no ASN", line=role.line))
                continue
            texts = {"device": device, "local_address": local, "remote_address": remote}
            values: dict[str, Scalar | Draft] = {
                name: Scalar(text, role.line) for name, text in {**texts, "remote_asn": numbers[peer]}.items()
            }
            extras = {"role": role, "bfd": cable.extras.get("bfd")}
            values.update((name, extra) for name, extra in extras.items() if isinstance(extra, Scalar))
            draft = Draft(self._kinds["bgp_session"], cable.file, role.line, values)
            draft.key = key_of(draft)
            yield draft

    def _asns(self, drafts: list[Draft], cables: list[Draft]) -> dict[str, str]:
        """ASN by device name, for the devices at the ends of ``cables``: as drafted, else as stored."""
        wanted = {
            _device_of(cable.text(field)) for cable in cables for field in ("a_interface", "b_interface")
        }
        numbers: dict[str, str] = {}
        for part in chunks(wanted):
            query = select(Device.name, Asn.number).join(Asn, Asn.id == Device.asn_id)
            numbers.update(
                (name, str(number))
                for name, number in self._session.execute(query.where(Device.name.in_(part)))
            )
        for draft in drafts:
            if draft.kind.name == "device" and draft.key in wanted and "asn" in draft.values:
                number = draft.text("asn")
                if number:
                    numbers[draft.key] = number
                else:
                    numbers.pop(draft.key, None)
        return numbers


def _name_cable(cable: Draft) -> None:
    """A cable without a label is named by its ends."""
    if "name" not in cable.values:
        texts = {spec.name: cable.text(spec.name) or "" for spec in cable.kind.fields if spec.owner}
        cable.values["name"] = Scalar(cable_name(texts), cable.line)
        cable.key = key_of(cable)


def cable_name(ends: Mapping[str, str]) -> str:
    """What a cable is called by its ends. ``ends``: keys by field, as ``a_interface``."""
    sides = (
        next((key for name, key in ends.items() if key and name.startswith(side)), "?")
        for side in ("a_", "b_")
    )
    return " -- ".join(sides)


def _device_of(interface: str | None) -> str:
    return (interface or "").split(SEPARATOR, 1)[0]


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Listing) else [node]
