"""`python -m app`: the same as `playrelay`."""

from app.cli import main

raise SystemExit(main())
