#!/bin/sh
# End-to-end tests on real daemons and in a real browser. Without root or Debian's packages they are skipped,
# and loudly; in CI (CI=true) a skip of them is a failure, see tests/e2e/conftest.py.
set -eu
cd "$(dirname "$0")/.."
printf '\n== end to end, on real routers\n'
# in the order written: the tests share one lab, whose state a failure would have to be traced through
.venv/bin/pytest -q -m e2e -p no:randomly --durations=10
printf '\n== browser\n'
.venv/bin/pytest -q -m browser --durations=5
