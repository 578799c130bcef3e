"""The command line, ``motcua``."""

from service.cli.app import main

__all__ = ["main"]
