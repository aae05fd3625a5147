"""Juniper Junos: ``shows`` says what is asked; answers are XML, the same over NETCONF and from
``COMMAND | display xml`` on the command line."""
