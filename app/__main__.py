"""`python -m app` starts the server; see `server`."""

import sys

from .server import main

sys.exit(main())
