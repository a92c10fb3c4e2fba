"""Published systems side by side: trained, measured and timed alike. Needs the extras ``train`` and ``classic``."""
