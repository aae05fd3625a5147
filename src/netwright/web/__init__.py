"""The web interface: pages over the database and the series. It never talks to a device.

Main path: ``application`` -> ``security`` -> ``pages``. ``read`` holds the queries of the pages,
``templates`` and ``static`` what the browser gets; third-party files stand in ``static/vendor`` with their
lock list.
"""
