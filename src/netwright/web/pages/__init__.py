"""Routes, one noun a file: parse what was asked, read or call a verb, show the result."""
