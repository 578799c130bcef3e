"""Event logs in XES, the standard of process mining: ``reader`` → ``translate`` by a ``mapping`` → ``importer``."""
