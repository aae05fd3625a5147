#!/bin/sh
# The whole way, from bare routers to content served. KEEP=0 ends after the summary; SIM=1 is simulated.
set -eu
cd "$(dirname "$0")/.."
sim=""
[ "${SIM:-0}" = 1 ] && sim="--sim"
if [ -z "$sim" ] && { [ "$(id -u)" != 0 ] || [ "$(uname -s)" != Linux ]; }; then
    echo "demo: not root on Linux: the devices are SIMULATED (same way, same commands)" >&2
    sim="--sim"
fi
[ -n "$sim" ] || scripts/system.sh
keep="--keep"
[ "${KEEP:-1}" = 0 ] && keep="--no-keep"
exec .venv/bin/netwright demo $sim $keep --json build/demo.json
