"""Videos that are read one after the other, each in a process of its own; their results are kept for a while."""
