"""Cisco IOS and IOS-XE: ``shows`` says what is asked, ``tables`` reads what other systems of Cisco's write
otherwise; the rest is read by ``platforms.text``."""
