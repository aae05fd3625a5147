"""``show version`` and ``show inventory`` as Cisco's systems write them."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import ComponentFact, CpuFact, Found, Load, System, TransceiverFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_RELEASE = (
    (r"^Cisco IOS XR Software, Version ([^\s,\[]+)", "iosxr"),
    (r"^ *NXOS: +version (\S+)", "nxos"),
    (r"^ *system: +version (\S+)", "nxos"),
    (r"^(?:Cisco )?IOS[ -]XE Software.*?Version ([^\s,]+)", "iosxe"),
    (r"IOS.*?Software.*?, Version ([^,\s]+)", "ios"),
)
_MODEL = (
    r"^[Cc]isco (\S+) \(.*?\) processor",
    r"^ *cisco (.+?) *\(.*?\)? *(?:processor|\(Chassis|\(\"|Chassis)",
    r"^ *cisco ((?:Nexus)?\S.*?) [Cc]hassis",
    r"^[Cc]isco (\S+(?: Series)?) .*processor",
    r"^Cisco (\S+) \(revision",
    r"^Model [Nn]umber *: *(\S+)",
)
_SERIAL = (
    r"^ *Processor [Bb]oard ID *:? *([^\s,]+)",
    r"^System [Ss]erial [Nn]umber *: *(\S+)",
    r"^Chassis [Ss]erial [Nn]umber *: *(\S+)",
)
_UPTIME = (
    r"^(?P<host>(?!System|Kernel)\S+) uptime is (?P<age>.+)$",
    r"^(?:Kernel|System) uptime is (?P<age>.+)$",
)
_HOST = (r"^ *Device name: *(\S+)", r"^(?!System|Kernel)(\S+) uptime is")
_REASON = (
    r"^ *Last reload reason *: *(.+?) *$",
    r"^System returned to ROM by (.+?)(?: at .*)?$",
    r"^ *Reason: *(.+?) *$",
)
_IMAGE = (
    r'^System image file is "([^"]+)"',
    r"^ *NXOS image file is: *(\S+)",
    r"^ *system image file is: *(\S+)",
)
_PIECE = re.compile(
    r'^ *NAME: *"?(?P<name>.*?)"?,? +DESCR: *"?(?P<description>.*?)"? *\n'
    r" *PID: *(?P<pid>.*?) *,? *VID: *(?P<vid>.*?) *,? *SN: *(?P<serial>.*?) *$",
    re.MULTILINE | re.IGNORECASE,
)
_KINDS = (
    ("transceiver", r"sfp|xfp|qsfp|cfp|transceiver|optic|\bcpak\b|gbic|xenpak|x2\b"),
    ("power-supply", r"power|\bpsu?\b|\bpem\b|\bpm\d"),
    ("fan", r"\bfan|\bft\d"),
    ("chassis", r"chassis|^switch ?\d*( system)?$|^\d+$|rack \d+$"),
    ("supervisor", r"supervisor|route (switch )?processor|\brsp|\brp\d|/rp\d|\bsup\b"),
    ("disk", r"disk|\bssd\b|\bhdd\b|flash"),
    ("linecard", r"line ?card|linecard|ethernet module|\blc\b|\bmodule|slot \d|card|\bnim\b|\bspa\b|npu"),
)


def _first(rules: tuple[str, ...], answer: str, group: str | int = 1) -> str | None:
    for rule in rules:
        match = re.search(rule, answer, re.MULTILINE)
        if match:
            return values.words(match[group])
    return None


def version(answer: str) -> Found:
    """Raises ValueError where no release is named."""
    release, system = None, ""
    for rule, name in _RELEASE:
        match = re.search(rule, answer, re.MULTILINE)
        if match:
            release, system = match[1].strip(), name
            break
    if release is None:
        raise ValueError("no line names a release")
    uptime = _first(_UPTIME, answer, "age")
    model = _first(_MODEL, answer)
    if system == "nxos" and model and "Chassis" not in model and re.search(r"cisco .*Chassis", answer):
        model = f"{model} Chassis"
    memory = re.search(r"with (\d+)(K|M| kB)?(?:/(\d+)K)? bytes of memory|with (\d+) kB of memory", answer)
    total = None
    if memory:
        total = (int(memory[1] or memory[4]) + int(memory[3] or 0)) * 1024
    return Found(
        system=System(
            hostname=_first(_HOST, answer) or "",
            vendor="Cisco",
            model=model,
            serial=_first(_SERIAL, answer),
            os=system,
            os_version=release,
            uptime_s=values.age(uptime) if uptime else None,
            reboot_reason=_first(_REASON, answer),
            image=_first(_IMAGE, answer),
        ),
        load=Load(memory_total=total),
    )


def kind(name: str, description: str) -> str:
    """The class of a piece by its words: the first rule that fits counts."""
    words = f"{name}\n{description}".lower()
    return next((kind_ for kind_, rule in _KINDS if re.search(rule, words, re.MULTILINE)), "module")


def inventory(answer: str) -> Found:
    """Raises ValueError for an answer without a piece."""
    pieces = list(_PIECE.finditer(answer))
    if not pieces:
        raise ValueError("no line begins with NAME")
    rows = Rows()
    components = rows.of(
        "piece",
        ({key: text.strip() for key, text in piece.groupdict().items()} for piece in pieces),
        component,
    )
    return Found(
        system=chassis(components),
        components=components,
        transceivers=tuple(optics(components)),
        unparsed=rows.unparsed,
    )


def component(piece: dict[str, str]) -> ComponentFact:
    """Of ``name``, ``description``, ``pid``, ``vid`` and ``serial``."""
    name = piece["name"].strip('" ')
    part = values.words(piece["pid"])
    return ComponentFact(
        name,
        kind(name, piece["description"]),
        model=part,
        part_number=part,
        serial=values.words(piece["serial"]),
        description=values.words(piece["description"]),
        version=values.words(piece["vid"]),
    )


def chassis(components: tuple[ComponentFact, ...]) -> System:
    """What the first chassis says of the whole device."""
    one = next((one for one in components if one.component_class == "chassis"), None)
    return System(serial=one.serial) if one else System()


def optics(components: tuple[ComponentFact, ...]) -> list[TransceiverFact]:
    """Transceivers among the pieces: their names are those of their ports."""
    return [
        TransceiverFact(
            one.name, full(one.name.removesuffix(" Transceiver").split()[-1]), part_number=one.part_number,
            serial=one.serial, description=one.description,
        )
        for one in components if one.component_class == "transceiver"
    ]  # fmt: skip


_CPU = re.compile(r"CPU utilization for .*?five minutes: *(\d+)%")


def cpu(answer: str) -> Found:
    """The head of ``show processes cpu``: of IOS and NX-OS, and of IOS-XR, which tells fifteen minutes too.
    Of all the use over five minutes counts."""
    match = _CPU.search(answer)
    if match is None:
        raise ValueError("no line tells the use of the processor")
    use = int(match[1]) / 100
    return Found(load=Load(cpu=use, cpus=(CpuFact("0", use),)))
