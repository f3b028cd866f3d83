"""The text of a document as a person hands it in: Word, PDF, a saved web page or plain text, told by its content.

``read`` starts ``__main__`` as a process of its own, under limits; ``word``, ``paged``, ``web`` and ``plain`` read
there.
"""

from dunghan.documents.document import Document
from dunghan.documents.reading import read

__all__ = ["Document", "read"]
