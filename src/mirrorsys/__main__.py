"""``python -m mirrorsys``."""

from mirrorsys.cli import main

raise SystemExit(main())
