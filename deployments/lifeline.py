"""Run a module as ``python -m`` does, and end with its whole process group when whoever started it is gone.

``python -m deployments.lifeline prefect server start …``, with a pipe as standard input that only the starter holds
open. However the starter ends, kill -9 included, the pipe closes, and nothing of ours is left behind to hold a port or
to run schedules unwatched.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Watch the lifeline, and run the module that is named."""
    lifeline = os.dup(0)  # not inherited: what the module starts knows nothing of it
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_watch, args=(lifeline,), name="lifeline", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)  # nothing is ever written: it returns at the end of the pipe
    if os.getpgrp() == os.getpid():  # the group is ours, not the starter's
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
