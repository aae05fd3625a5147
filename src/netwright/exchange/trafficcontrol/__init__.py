"""Files of Apache Traffic Control: what Traffic Ops holds of a CDN, and the snapshot its routers get.

Main path: ``documents`` -> ``source`` -> ``places`` -> ``servers``.
"""
