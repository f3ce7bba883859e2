"""gdl-check: write the code of *Grokking Deep Learning* yourself, and know whether it is right."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`from gdl_check import check`, for notebooks; nothing is loaded before it is asked for."""
    if name == "check":
        from gdl_check.notebook import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
