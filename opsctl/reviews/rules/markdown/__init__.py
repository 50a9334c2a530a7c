"""Reviews as Markdown: written for an editor (`writing`), and read back (`reading`). Neither loses a letter.

`settling` holds a text that was read against the records: what they fix must stand as it was. `domain` says what a
document can hold.
"""

from opsctl.reviews.rules.markdown.domain import normal as normal
from opsctl.reviews.rules.markdown.reading import read as read
from opsctl.reviews.rules.markdown.settling import check as check
from opsctl.reviews.rules.markdown.settling import settled as settled
from opsctl.reviews.rules.markdown.settling import taken as taken
from opsctl.reviews.rules.markdown.settling import unlinked as unlinked
from opsctl.reviews.rules.markdown.writing import write as write
