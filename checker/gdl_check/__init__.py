"""gdl-check: write the code of *Grokking Deep Learning* yourself, and know whether it is right."""

__version__ = "0.1.0"
