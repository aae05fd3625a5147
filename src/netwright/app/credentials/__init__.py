"""What we log in to devices with: a default kept here, and sets for parts of the network kept anywhere.

Main path: ``sets`` (what the settings say) -> ``source`` (where one value comes from) -> ``chosen`` (which
set a device is logged in to with).
"""
