"""Other people's running sources of truth: their lists over HTTP, drafts of what they say, and a report of
what has no home here.

Main path: ``reading`` -> ``drafting`` -> ``report``. ``netbox`` and ``nautobot`` say what becomes of what.
"""
