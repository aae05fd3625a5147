#!/bin/sh
# Style, types, floors, unused dependencies, file length, and the unit tests that are quick.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
say() { printf '\n== %s\n' "$1"; }
say "style"
$bin/ruff format --check .
$bin/ruff check .
say "types"
$bin/mypy src tests bench
say "floors"
$bin/lint-imports
say "dependencies"
$bin/deptry src
say "file length"
long=$(git ls-files 'src/*.py' 'tests/*.py' 'bench/*.py' | grep -v -e '/migrations/' -e '_pb2.py' | xargs wc -l |
    awk '$2 != "total" && $1 > 600 { print "  " $2 ": " $1 " lines, at most 600" }')
[ -z "$long" ] || { echo "$long"; exit 1; }
say "unit tests"
$bin/pytest -q -n 2 -m "not e2e and not browser and not slow"
