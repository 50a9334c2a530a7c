"""Options that the lists of several rooms take."""

from typing import Annotated

from typer import Option

from opsctl.core.texts import _

OfAsset = Annotated[str | None, Option("--asset", metavar="ASSET", help=_("Only those of this asset."))]
OfCustomer = Annotated[str | None, Option("--customer", metavar="CUSTOMER", help=_("Only those of this customer."))]
Limit = Annotated[
    int | None,
    Option("--limit", metavar="N", help=_("At most so many; 0 is all. If not given 50, and all with --quiet.")),
]
Columns = Annotated[str | None, Option("--columns", metavar="A,B", help=_("Only these columns, in this order."))]
