#!/bin/sh
# Builds .venv from the lock file. Needs Python 3.11 or newer; on Debian python3-venv is installed when missing.
set -eu
cd "$(dirname "$0")/.."
if [ ! -x .venv/bin/python ]; then
    if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
        echo "python3-venv is missing: installing it" >&2
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    fi
    python3 -m venv .venv
fi
[ -x .venv/bin/uv ] && .venv/bin/uv --version | grep -q "$1" || .venv/bin/python -m pip -q install "uv==$1"
.venv/bin/uv pip sync -q --compile-bytecode --python .venv/bin/python requirements.lock
# the project itself, in place; its build backend is pinned in pyproject.toml
.venv/bin/uv pip install -q --no-deps --python .venv/bin/python -e .
# where Python is told to write no bytecode, each command would compile all that it imports, for seconds
.venv/bin/python -m compileall -q src
