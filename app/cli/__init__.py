"""`playrelay …`: every verb has --help; errors are one line that says what to do.

Exit status: 0 done, 1 it failed, 2 the command or the settings are wrong.
"""

import sys
from collections.abc import Sequence

from app.cli.parser import parser
from app.config import SettingsError
from app.config.catalogue import CatalogueError
from app.hubspot.tokens import SealError
from app.store.interface import StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb."""
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given) or 0)
    except (SettingsError, CatalogueError, SealError) as error:
        print(error, file=sys.stderr)
        return 2
    except StoreError as error:
        print(f"playrelay: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
