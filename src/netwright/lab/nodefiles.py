"""What a node's disk holds when it leaves the factory: accounts, keys, and the configuration of its agents.

Managed nodes start bare: a management address, a login, SNMP, LLDP; a router's FRR knows its own name only.
ISPs are configured wholly, for they are not ours to manage.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from netwright.lab.access import Access, make_key
from netwright.lab.chassis import Chassis
from netwright.lab.isp import bird_configuration, frr_configuration
from netwright.lab.overlay import Layer
from netwright.lab.topology import Node, NodeType, Topology

_UID = 2000  # of the account netops
_FRR_DAEMONS = """bgpd=yes
bfdd=yes
vtysh_enable=yes
zebra_options="  -A 127.0.0.1 -s 90000000{snmp}"
bgpd_options="   -A 127.0.0.1{snmp}"
staticd_options="-A 127.0.0.1"
bfdd_options="   -A 127.0.0.1"
"""
_AGENT = "/usr/local/bin/chassis-agent"


def write_disk(
    folder: Path, topology: Topology, node: Node, access: Access, chassis: Chassis | None, frr_version: str
) -> None:
    """Lay the node's files into its layers below ``folder`` (``etc``, ``home``, …)."""
    etc = Layer(folder / "etc", Path("/etc"))
    _base(etc, node)
    if node.managed and chassis is not None:
        _accounts(etc, access)
        _login(folder, etc, node, access)
        _snmpd(etc, node, access, chassis, frr_version)
        _lldpd(etc, node, chassis, frr_version)
    if node.type is NodeType.ROUTER:
        _frr(etc, f"frr defaults traditional\nhostname {node.name}\nagentx\n", snmp=True)
    elif node.type is NodeType.ISP_FRR:
        _frr(etc, frr_configuration(topology, node, access), snmp=False)
    elif node.type is NodeType.ISP_BIRD:
        etc.write("bird/bird.conf", bird_configuration(topology, node, access), 0o640)
    elif node.type is NodeType.SERVER:
        etc.write("nginx/nginx.conf", _nginx(node))


def _base(etc: Layer, node: Node) -> None:
    etc.write("hostname", f"{node.name}\n")
    etc.write("hosts", f"127.0.0.1 localhost\n127.0.1.1 {node.name}\n::1 localhost\n")
    etc.write("resolv.conf", "")


def _accounts(etc: Layer, access: Access) -> None:
    """The machine's system accounts without their passwords, and ours."""
    name = access.username
    users = [line for line in _lines("passwd") if _is_system(line)]
    users.append(f"{name}:x:{_UID}:{_UID}:Network operations:/home/{name}:/bin/bash")
    etc.write("passwd", _text(users))
    shadow = [f"{line.split(':', 1)[0]}:*:19000:0:99999:7:::" for line in users[:-1]]
    shadow.append(f"{name}:{access.password_hash.reveal()}:19000:0:99999:7:::")
    etc.write("shadow", _text(shadow), 0o640)
    groups = [_with_member(line, name) for line in _lines("group") if _is_system(line)]
    etc.write("group", _text([*groups, f"{name}:x:{_UID}:"]))
    etc.write("gshadow", "", 0o640)
    secure = "Defaults secure_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    etc.write(
        "sudoers", f"Defaults env_reset\n{secure}root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n", 0o440
    )
    etc.write("sudoers.d/netwright-lab", f"{name} ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440)


def _lines(file: str) -> list[str]:
    return [line for line in Path("/etc", file).read_text().splitlines() if line.count(":") >= 3]


def _is_system(line: str) -> bool:
    number = line.split(":")[2]
    return number.isdigit() and (int(number) < 1000 or int(number) == 65534)


def _with_member(line: str, name: str) -> str:
    """vtysh asks for the groups frr and frrvty; content below /srv belongs to www-data."""
    group, secret, number, members = line.split(":", 3)
    if group not in {"frr", "frrvty", "www-data"}:
        return line
    return f"{group}:{secret}:{number}:{','.join([*filter(None, members.split(',')), name])}"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _login(folder: Path, etc: Layer, node: Node, access: Access) -> None:
    host = make_key()
    etc.write("ssh/ssh_host_ed25519_key", host.private.reveal(), 0o600)
    etc.write("ssh/ssh_host_ed25519_key.pub", host.public + "\n")
    etc.write(
        "ssh/sshd_config",
        f"ListenAddress {node.management}\n"
        "HostKey /etc/ssh/ssh_host_ed25519_key\n"
        "PermitRootLogin no\n"
        "PasswordAuthentication yes\n"
        "KbdInteractiveAuthentication no\n"
        # no PAM: Debian's stack wants systemd, and a login must not wait for it
        "UsePAM no\nUseDNS no\nPrintMotd no\nMaxStartups 100:30:200\nMaxSessions 50\n"
        "Subsystem sftp internal-sftp\n",
    )
    home = Layer(folder / "home", Path("/nonexistent"))
    keys = f"{access.username}/.ssh/authorized_keys"
    home.write(keys, access.key.public + "\n", 0o600)
    for path in (folder / "home" / access.username, *(folder / "home" / access.username).rglob("*")):
        _own(path)
    (folder / "home" / access.username / ".ssh").chmod(0o700)


def _own(path: Path) -> None:
    os.chown(path, _UID, _UID)


def describe(node: Node, chassis: Chassis, frr_version: str) -> str:
    """sysDescr, and LLDP's description of the system."""
    if node.type is NodeType.ROUTER:
        return f"Netwright lab router {chassis.model} FRR {frr_version}"
    return f"Netwright lab server {chassis.model} nginx"


def _snmpd(etc: Layer, node: Node, access: Access, chassis: Chassis, frr_version: str) -> None:
    auth, priv = access.snmp_auth.reveal(), access.snmp_priv.reveal()
    etc.write(
        "snmp/snmpd.conf",
        f"agentAddress udp:{node.management}:161\n"
        f"rocommunity {access.snmp_community.reveal()}\n"
        f"createUser {access.snmp_user} SHA {auth} AES {priv}\n"
        f"rouser {access.snmp_user} authPriv\n"
        f"sysDescr {describe(node, chassis, frr_version)}\n"
        f"sysName {node.name}\nsysLocation {node.site}\nsysContact netops\nsysServices 78\n"
        "dontLogTCPWrappersConnects yes\n"
        "master agentx\nagentXSocket /var/agentx/master\nagentXPerms 0777 0777\n"
        f"pass_persist .1.3.6.1.2.1.47.1.1.1 {_AGENT}\n"
        f"pass_persist .1.3.6.1.2.1.99.1.1.1 {_AGENT}\n",
        0o600,
    )


def _lldpd(etc: Layer, node: Node, chassis: Chassis, frr_version: str) -> None:
    etc.write(
        "lldpd.d/netwright-lab.conf",
        "configure lldp portidsubtype ifname\n"
        "configure lldp tx-interval 3\n"
        "configure lldp tx-hold 4\n"
        f"configure system hostname {node.name}\n"
        f'configure system description "{describe(node, chassis, frr_version)}"\n'
        f'configure system platform "{chassis.model}"\n'
        f'configure inventory serial-number "{chassis.serial}"\n'
        f'configure inventory manufacturer "{chassis.manufacturer}"\n'
        f'configure inventory model "{chassis.model}"\n'
        f'configure inventory hardware-revision "{chassis.part_number}"\n'
        f'configure inventory software-revision "{frr_version}"\n',
    )


def _frr(etc: Layer, configuration: str, *, snmp: bool) -> None:
    etc.write("frr/daemons", _FRR_DAEMONS.format(snmp=" -M snmp" if snmp else ""), 0o640, "frr")
    etc.write("frr/frr.conf", configuration, 0o640, "frr")
    etc.write("frr/vtysh.conf", "service integrated-vtysh-config\n", 0o640, "frr")
    # Debian 12's file lacks the account line: vtysh then warns on every call by anybody but root
    etc.write("pam.d/frr", "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n")


def _nginx(node: Node) -> str:
    addresses = [*(str(address.ip) for address in node.addresses.values()), "127.0.0.1"]
    listen = " ".join(f"listen {address}:80;" for address in addresses)
    return f"""user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events {{ worker_connections 512; }}
http {{
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    sendfile on;
    tcp_nopush on;
    server {{
        {listen}
        server_tokens off;
        add_header X-Served-By {node.name} always;
        location = /health {{ default_type text/plain; return 200 "ok\\n"; }}
        location /content/ {{ alias /srv/content/; }}
        location / {{ return 404; }}
    }}
}}
"""
