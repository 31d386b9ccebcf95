"""Sends the months after January to the deployed model, in the order in which they came.

Needs Python 3.10 or newer and nothing else:

    TRELLIS_TOKEN=... python3 src/{{ values.package }}/replay.py --url http://localhost:3000

`traffic.py` beside this file speaks with the portal; it is the `trellis.replay` of the client.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# Started as a file, this folder is the path and the package is not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from {{ values.package }} import traffic
from {{ values.package }}.settings import MODEL_NAME, TIME

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST_DAY = "2001-02-01"


def address(url: str, environment: str) -> str:
    """Returns the deployment's address; a full one is left as it is."""
    if "/serve/" in url:
        return url
    return f"{url.rstrip('/')}/serve/{MODEL_NAME}-{environment}"


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns the exit code."""
    parser = argparse.ArgumentParser(prog="replay", description="Send the flights of February to June 2001 as traffic.")
    parser.add_argument(
        "--url",
        default=os.environ.get("TRELLIS_URL", "http://localhost:3000"),
        help="the portal, or http://host/serve/<deployment>",
    )
    parser.add_argument("--environment", default="production", help="where the model is deployed")
    traffic.add_options(parser)
    parser.set_defaults(since=FIRST_DAY, model=MODEL_NAME)
    options = parser.parse_args(arguments)
    options.url = address(options.url, options.environment)
    files = sorted(str(path) for path in (ROOT / "data").glob("*.csv"))
    return traffic.run(options, files, TIME)


if __name__ == "__main__":
    sys.exit(main())
