"""One folder a network operating system: session, templates, configuration rules, parsers, secrets.

Main path: ``platform`` (what a platform declares) -> ``facts`` (what devices answer) -> ``frr``.
"""
