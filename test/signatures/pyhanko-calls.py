"""Calls pyHanko's command line many times in one process, because it takes a second to load.

Each line of the input is a JSON list of arguments; each line of the output is what the call printed, as JSON.
"""

import json
import sys

from click.testing import CliRunner
from pyhanko.cli import cli_root

for line in sys.stdin:
    result = CliRunner().invoke(cli_root, json.loads(line))
    print(json.dumps(result.stdout), flush=True)
