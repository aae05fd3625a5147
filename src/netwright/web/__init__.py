"""The web interface: pages over the same verbs as the command line."""
