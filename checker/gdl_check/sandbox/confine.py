"""What a worker gives up before it opens a learner's file: rlimits, where the system has them."""

from __future__ import annotations

MEMORY = 1 << 30
CPU_SECONDS = 120
OPEN_FILES = 32


def confine() -> list[str]:
    """Give up what an answer has no use for; return the names of the mechanisms that took hold.

    Further mechanisms (Landlock, seccomp) belong here, after the limits.
    """
    try:
        import resource
    except ImportError:
        return []
    active = []
    wanted = {
        "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_AS": MEMORY,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, limit in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue
        active.append(name.lower())
    return active
