"""The native API, a file a subject."""

BINARY = {"schema": {"type": "string", "format": "binary"}}
"""What the description says of a body that is a file."""
