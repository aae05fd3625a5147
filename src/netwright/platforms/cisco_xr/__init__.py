"""Cisco IOS-XR: ``shows`` says what is asked, on the command line (read by ``platforms.text``) and over
NETCONF in its own operational models (``native``)."""
