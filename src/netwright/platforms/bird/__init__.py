"""BIRD 2 on Linux: ``shows`` says what is asked, ``protocols`` and ``routes`` read what ``birdc`` prints."""
