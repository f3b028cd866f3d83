"""Reading files that strangers made: what they are, and what text they hold, whatever they try.

``reading`` runs ``__main__`` as a process of its own, under limits, for one file; ``documents`` and ``pdf`` read there.
"""
