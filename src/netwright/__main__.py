"""``python -m netwright``."""

from netwright.cli.main import main

main()
