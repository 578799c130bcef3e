"""``python -m service.cli`` is ``motcua``."""

from service.cli.app import main

main()
