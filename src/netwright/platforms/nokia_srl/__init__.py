"""Nokia SR Linux: ``shows`` says what is asked, ``state`` reads the state tree as JSON, the same from
``info from state ... | as json`` and from JSON-RPC."""
