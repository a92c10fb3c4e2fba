"""The native API, a file a subject."""
