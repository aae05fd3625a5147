#!/bin/sh
# Debian packages for the lab of real routers and for the browser tests. Does nothing when they are there.
set -eu
packages="frr frr-pythontools frr-snmp bird2 snmpd snmp lldpd openssh-server nginx-light iproute2 nftables
iputils-ping ethtool curl sudo procps chromium fonts-dejavu-core postgresql netconfd"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "system: not root on Debian: the lab of real routers and the tests on it are left out" >&2
    exit 0
fi
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "system: installing$missing" >&2
# the daemons run in the lab's namespaces only; none may start on the machine itself
policy=/usr/sbin/policy-rc.d
made=""
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; made=1; }
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
