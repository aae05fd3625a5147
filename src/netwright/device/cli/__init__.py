"""A device's command line on a terminal: what can't be had on an exec channel is typed and read here.

Main path: ``dialogue`` (how a platform talks, data) -> ``reading`` (one answer, from bytes to text) ->
``shell`` (the channel: opening, enable, pager, deadlines). ``terminal`` makes text of what a terminal shows.
"""
