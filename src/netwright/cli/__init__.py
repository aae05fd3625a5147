"""The command line: parse input, call a verb, show the result."""
