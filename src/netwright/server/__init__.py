"""The server process: the web interface and the API behind one address, with a worker beside it.

Main path: ``command`` (``netwright serve``) -> ``composition``.
"""
