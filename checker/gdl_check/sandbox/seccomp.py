"""seccomp: which system calls a worker may make. A filter is built once, each worker installs it.

All calls are allowed but those that an answer has no use for: they are refused with EPERM, so that
Python raises PermissionError. Landlock closes what can be opened; this closes the rest.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from itertools import pairwise
from typing import NamedTuple

from gdl_check.sandbox.libc import system_call

SET_MODE_FILTER, TSYNC = 1, 1
CLONE_THREAD = 0x10000

# The call's name, and its number on x86-64 and on aarch64.
DENIED = {
    "programs": """
        fork 57 -   vfork 58 -   execve 59 221   execveat 322 281
    """,
    "network": """
        socket 41 198   connect 42 203   bind 49 200   listen 50 201   accept 43 202
        accept4 288 242
    """,
    "signals": """
        tkill 200 130   rt_sigqueueinfo 129 138   rt_tgsigqueueinfo 297 240   pidfd_open 434 434
        pidfd_send_signal 424 424   pidfd_getfd 438 438
    """,
    "other processes": """
        ptrace 101 117   process_vm_readv 310 270   process_vm_writev 311 271
        process_madvise 440 440   process_mrelease 448 448   kcmp 312 272   migrate_pages 256 238
        move_pages 279 239   setpriority 141 140   sched_setscheduler 144 119
        sched_setparam 142 118   sched_setattr 314 274   ioprio_set 251 30
    """,
    "files": """
        chmod 90 -   fchmod 91 52   fchmodat 268 53   fchmodat2 452 452   chown 92 -   fchown 93 55
        lchown 94 -   fchownat 260 54   utime 132 -   utimes 235 -   futimesat 261 -
        utimensat 280 88   truncate 76 45   flock 73 32   setxattr 188 5   lsetxattr 189 6
        fsetxattr 190 7   setxattrat 463 463   removexattr 197 14   lremovexattr 198 15
        fremovexattr 199 16   removexattrat 466 466   file_setattr 469 469   unlink 87 -
        unlinkat 263 35   rename 82 -   renameat 264 38   renameat2 316 276   link 86 -
        linkat 265 37   symlink 88 -   symlinkat 266 36   mkdir 83 -   mkdirat 258 34   rmdir 84 -
        mknod 133 -   mknodat 259 33   open_by_handle_at 304 265   name_to_handle_at 303 264
        fanotify_init 300 262   inotify_init 253 -   inotify_init1 294 26
    """,
    "the system": """
        mount 165 40   umount2 166 39   pivot_root 155 41   chroot 161 51   unshare 272 97
        setns 308 268   open_tree 428 428   open_tree_attr 467 467   move_mount 429 429
        fsopen 430 430   fsconfig 431 431   fsmount 432 432   fspick 433 433   mount_setattr 442 442
        keyctl 250 219   add_key 248 217   request_key 249 218   bpf 321 280
        perf_event_open 298 241   userfaultfd 323 282   io_uring_setup 425 425
        io_uring_enter 426 426   io_uring_register 427 427   setuid 105 146   setgid 106 144
        setreuid 113 145   setregid 114 143   setresuid 117 147   setresgid 119 149
        setgroups 116 159   setfsuid 122 151   setfsgid 123 152   capset 126 91   reboot 169 142
        settimeofday 164 170   clock_settime 227 112   clock_adjtime 305 266   adjtimex 159 171
        sethostname 170 161   setdomainname 171 162   init_module 175 105   finit_module 313 273
        delete_module 176 106   kexec_load 246 104   kexec_file_load 320 294   swapon 167 224
        swapoff 168 225   acct 163 89   quotactl 179 60   quotactl_fd 443 443   syslog 103 116
        iopl 172 -   ioperm 173 -
    """,
    "shared memory": """
        shmget 29 194   shmat 30 196   shmctl 31 195   shmdt 67 197   msgget 68 186   msgsnd 69 189
        msgrcv 70 188   msgctl 71 187   semget 64 190   semop 65 193   semctl 66 191
        semtimedop 220 192   mq_open 240 180   mq_unlink 241 181   mq_timedsend 242 182
        mq_timedreceive 243 183   mq_notify 244 184   mq_getsetattr 245 185
    """,
}
# Refused depending on what they are called with, or answered as an older system would.
_LOOKED_INTO = """
    clone 56 220   clone3 435 435   kill 62 129   tgkill 234 131   prlimit64 302 261
    sched_setaffinity 203 122   fcntl 72 25   ioctl 16 29
"""
_SECCOMP = "seccomp 317 277"
_ARCHITECTURES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}
_FIRST_UNKNOWN = 470  # calls that are newer than these lists
_FIRST_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_INSTRUCTION, _OPERAND, _OPERAND_AT = struct.Struct("=HBBI"), struct.Struct("=I"), 4


class Instruction(NamedTuple):
    """One step of a filter: a comparison skips `yes` or `no` of those that follow it.

    The operand None is the process id of whoever installs the filter.
    """

    code: int
    operand: int | None
    yes: int = 0
    no: int = 0


class Filter(NamedTuple):
    """A program for the kernel, laid out in memory, and the system call that installs it.

    In the places `own` stands the process id of whoever installs it.
    """

    instructions: ctypes.Array[ctypes.c_char]
    own: tuple[int, ...]
    installs: int


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


_Answer = list[Instruction]
_ALLOW: _Answer = [Instruction(_RETURN, 0x7FFF0000)]
_KILL: _Answer = [Instruction(_RETURN, 0x80000000)]
_REFUSE: _Answer = [Instruction(_RETURN, 0x00050000 | errno.EPERM)]
_AS_IF_UNKNOWN: _Answer = [Instruction(_RETURN, 0x00050000 | errno.ENOSYS)]


def build() -> Filter | None:
    """The filter for this machine; None where we have no numbers for it."""
    if sys.platform != "linux" or sys.maxsize < 1 << 32:
        return None
    known = _ARCHITECTURES.get(os.uname().machine)
    if known is None:
        return None
    architecture, column = known
    program = [
        Instruction(_LOAD, _ARCHITECTURE),
        Instruction(_EQUAL, architecture, 1, 0),
        *_KILL,
        Instruction(_LOAD, _NUMBER),
        *_search(_intervals(_answers(column))),
    ]
    packed = b"".join(_INSTRUCTION.pack(s.code, s.yes, s.no, s.operand or 0) for s in program)
    own = [i for i, step in enumerate(program) if step.operand is None]
    return Filter(
        ctypes.create_string_buffer(packed, len(packed)),
        tuple(_INSTRUCTION.size * i + _OPERAND_AT for i in own),
        _numbers(_SECCOMP, column)["seccomp"],
    )


def install(built: Filter) -> bool:
    """Have every system call of this process filtered, for good; whether that took hold.

    Needs PR_SET_NO_NEW_PRIVS.
    """
    for place in built.own:
        _OPERAND.pack_into(built.instructions, place, os.getpid())
    length = len(built.instructions) // _INSTRUCTION.size
    program = _Program(length, ctypes.addressof(built.instructions))
    return system_call(built.installs, SET_MODE_FILTER, TSYNC, ctypes.byref(program)) == 0


def _numbers(calls: str, column: int) -> dict[str, int]:
    words = calls.split()
    named = zip(words[::3], words[column::3])
    return {name: int(number) for name, number in named if number != "-"}


def _answers(column: int) -> dict[int, _Answer]:
    """What to say to the calls that are not simply allowed, by their numbers."""
    first, second = Instruction(_LOAD, _FIRST_ARGUMENT), Instruction(_LOAD, _SECOND_ARGUMENT)
    is_own, is_0 = Instruction(_EQUAL, None, 0, 1), Instruction(_EQUAL, 0, 0, 1)
    is_thread = Instruction(_ANY_BIT, CLONE_THREAD, 0, 1)
    only_own = [first, is_own, *_ALLOW, *_REFUSE]
    only_own_or_0 = [first, is_0, *_ALLOW, is_own, *_ALLOW, *_REFUSE]
    # A file can be told to send signals to any process of the same user.
    owners = {"fcntl": (8, 10, 15), "ioctl": (0x8901, 0x8902)}
    looked_into = {
        "clone": [first, is_thread, *_ALLOW, *_REFUSE],
        "clone3": _AS_IF_UNKNOWN,  # the C library then uses clone
        "kill": only_own,
        "tgkill": only_own,
        "prlimit64": only_own_or_0,
        "sched_setaffinity": only_own_or_0,
    }
    for name, commands in owners.items():
        tests = [[Instruction(_EQUAL, command, 0, 1), *_REFUSE] for command in commands]
        looked_into[name] = [second, *(step for test in tests for step in test), *_ALLOW]
    answers = {
        number: _REFUSE for calls in DENIED.values() for number in _numbers(calls, column).values()
    }
    return answers | {
        number: looked_into[name] for name, number in _numbers(_LOOKED_INTO, column).items()
    }


def _intervals(answers: dict[int, _Answer]) -> list[tuple[int, _Answer]]:
    """From which number on which answer is given, in order."""
    said = [(number, answers.get(number, _ALLOW)) for number in range(_FIRST_UNKNOWN)]
    said += [(_FIRST_UNKNOWN, _AS_IF_UNKNOWN), (_FIRST_X32, _KILL)]
    return [said[0], *(now for before, now in pairwise(said) if now[1] is not before[1])]


def _search(intervals: list[tuple[int, _Answer]]) -> _Answer:
    """Find a call's answer in few steps: a list from top to bottom would slow every call down."""
    if len(intervals) == 1:
        return intervals[0][1]
    half = len(intervals) // 2
    below, above = _search(intervals[:half]), _search(intervals[half:])
    return [Instruction(_AT_LEAST, intervals[half][0], len(below), 0), *below, *above]
