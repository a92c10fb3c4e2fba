"""The HTTP service: what `mien serve` starts. Importing this needs the extra ``serve``."""
