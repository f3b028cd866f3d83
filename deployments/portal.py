"""The portal as a service of ``dunghan serve``: ``python -m deployments.portal HOST PORT`` is ``dunghan portal``."""

import sys

from dunghan.engine.context import Context
from dunghan.portal.serving import serve
from models.errors import DunghanError

if __name__ == "__main__":
    try:
        serve(Context(), sys.argv[1], int(sys.argv[2]))
    except DunghanError as error:
        sys.exit(str(error))  # one line in the log
