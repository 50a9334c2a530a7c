"""The global options, which may stand before or after the verb."""

from collections.abc import Callable
from typing import Any

from typer._click import Context as ClickContext  # Typer re-exports no class of its own for this
from typer._coercion import TypeDescriptor, resolve_type_descriptor
from typer.core import TyperOption
from typer.models import OptionInfo

from opsctl.cli.context import current
from opsctl.core.texts import _
from opsctl.core.times import read_zone


class GlobalOption(TyperOption):
    """An option of all commands: keeps its value in the running context, as text, without Typer's coercion."""

    def process_value(self, ctx: ClickContext, value: Any) -> Any:
        """Keep a value that was given; the one that stands last wins. Raise InvalidInput on a zone that is none."""
        if value is not None and value is not False:
            if self.name == "tz":
                read_zone(value)
            current().chosen[self.name] = value
        return value


def global_options(*, hidden: bool) -> list[TyperOption]:
    """Fresh copies of the global options, for one command."""

    def option(*names: str, help: str, metavar: str | None = None) -> TyperOption:
        return GlobalOption(
            param_decls=list(names),
            type_descriptor=_descriptor(bool if metavar is None else str),
            is_flag=metavar is None,
            metavar=metavar,
            help=help,
            hidden=hidden,
            expose_value=False,
        )

    return [
        option("--db", metavar="URL", help=_("The database: sqlite:///path, postgresql://host/name or service=name.")),
        option("--config", metavar="FILE", help=_("The host file, instead of the usual opsctl.toml.")),
        option("as_", "--as", metavar="PERSON", help=_("Act as this person.")),
        option("--format", metavar="FORMAT", help=_("table, plain, md, csv or json.")),
        option("--json", help=_("The same as --format json; never asks anything.")),
        option("-o", "--output", metavar="FILE", help=_("Write to a file; its ending tells the format.")),
        option("--lang", metavar="en|zh", help=_("The language of this command.")),
        option("--tz", metavar="ZONE", help=_("Read and show times in this zone.")),
        option("--utc", help=_("The same as --tz UTC.")),
        option("--no-input", help=_("Never ask; a missing value is an error.")),
        option("--yes", help=_("Answer yes to what would be asked.")),
        option("-q", "--quiet", help=_("Print references only, one a line.")),
        option("-v", "--verbose", help=_("Say more on stderr.")),
    ]


def flag(*names: str, help: str, then: Callable[[ClickContext], None]) -> TyperOption:
    """An eager flag, like --version: `then` runs as soon as the flag is seen."""

    def seen(ctx: ClickContext, parameter: Any, value: Any) -> None:
        if value and not ctx.resilient_parsing:
            then(ctx)

    # The default must be False: with None, Typer loads pydantic to make sure of it.
    return TyperOption(
        param_decls=list(names),
        type_descriptor=_descriptor(bool),
        is_flag=True,
        is_eager=True,
        default=False,
        expose_value=False,
        help=help,
        callback=seen,
    )


def _descriptor(annotation: type) -> TypeDescriptor:
    return resolve_type_descriptor(annotation, OptionInfo())
