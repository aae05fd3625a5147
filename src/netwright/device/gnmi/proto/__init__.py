"""gNMI's messages, compiled by ``scripts/protos.py`` from the .proto files here."""
