"""Groups that load a room's commands only when they are named, and commands that take global options anywhere."""

import importlib
import sys
from abc import abstractmethod
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, get_args, get_origin

import typer
from typer._click import Command as ClickCommand
from typer._click import Context as ClickContext
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command_from_info
from typer.models import CommandInfo

from opsctl.cli import help as help_pages
from opsctl.cli import usage
from opsctl.cli.context import current
from opsctl.cli.options import flag, global_options
from opsctl.cli.rooms import Page, Room, Section
from opsctl.core.texts import _
from opsctl.core.times import looks_like_moment

_DASHES = "－—–‐−"


class Plain:
    """Reads the value of one parameter without pydantic, and says in the reader's language what is wrong with it."""

    def __init__(self, annotation: Any) -> None:
        self.is_list = get_origin(annotation) is list
        self.word = get_args(annotation)[0] if get_args(annotation) else annotation

    def coerce(self, value: Any, param: Any, ctx: ClickContext) -> Any:
        """The value as the command takes it. Raise InvalidInput, with the nearest choice, if it is none."""
        if value is None:
            return [] if self.is_list else None
        if self.is_list:
            return [self._one(item, param) for item in value]
        return self._one(value, param)

    def _one(self, value: Any, param: Any) -> Any:
        if self.word is int and isinstance(value, str):
            return usage.read_number(value, usage.name_of(param))
        if isinstance(self.word, type) and issubclass(self.word, StrEnum) and not isinstance(value, self.word):
            return self.word(usage.read_word(value, [word.value for word in self.word], usage.name_of(param)))
        return value


class Command(TyperCommand):
    """A verb."""

    page: Page | None = None

    def get_help_option(self, ctx: ClickContext) -> TyperOption | None:
        """The help flag, in the reader's language and without a default to coerce."""
        return _help_option(self)

    def format_help(self, ctx: ClickContext, formatter: Any) -> None:
        """Draw the page ourselves: wide characters line up and nothing of it is English when the reader is not."""
        formatter.write(help_pages.of_command(self, ctx, self.page))

    def parse_args(self, ctx: ClickContext, args: list[str]) -> list[str]:
        """Parse, having mended the dashes of a Chinese keyboard and given `--down` its time where it stands alone."""
        # Options alone: an argument's own name is a word that a person may type.
        options = [param for param in self.params if param.param_type_name == "option"]
        known = {name: param for param in options for name in (*param.opts, *param.secondary_opts)}
        return super().parse_args(ctx, _prepared(args, known))

    def invoke(self, ctx: ClickContext) -> Any:
        """Run the verb; one that writes only if its result can be shown."""
        if self.page is not None and self.page.writes:
            from opsctl.cli.output import check_output

            check_output(current())
        return super().invoke(ctx)


class Group(TyperGroup):
    """A noun with its verbs."""

    def get_help_option(self, ctx: ClickContext) -> TyperOption | None:
        """The help flag, in the reader's language and without a default to coerce."""
        return _help_option(self)

    def format_help(self, ctx: ClickContext, formatter: Any) -> None:
        """Draw the page ourselves, as for a verb."""
        formatter.write(help_pages.of_group(self, ctx))

    def parse_args(self, ctx: ClickContext, args: list[str]) -> list[str]:
        """Parse; a noun alone shows its verbs."""
        if not args and not ctx.resilient_parsing:
            sys.stdout.write(ctx.get_help() + "\n")
            raise typer.Exit(0)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: ClickContext, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """The command that is named, loaded or made now if it is a room's or a verb."""
        name, command, rest = self._click_resolve_command(ctx, args)
        if isinstance(command, Late):
            command = command.load()
            self.commands[str(name)] = command
        return name, command, rest


class Root(Group):
    """All nouns, and the verbs that need none."""

    sections: Sequence[Section] = ()

    def format_help(self, ctx: ClickContext, formatter: Any) -> None:
        """Draw the page ourselves, with the nouns in their sections."""
        formatter.write(help_pages.of_root(self, ctx, self.sections))


class Late(ClickCommand):
    """The place of a command, with its name and help, until it is named."""

    @abstractmethod
    def load(self) -> ClickCommand:
        """The command itself."""

    def format_options(self, ctx: ClickContext, formatter: Any) -> None:
        """Nothing: it is swapped for the command before it is asked."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Never called: it is swapped for the command before it runs."""

    def _main_shell_completion(self, *args: Any, **kwargs: Any) -> None:
        """Never called: completion comes from static files."""


class Stub(Late):
    """The place of a room in the list of nouns."""

    def __init__(self, room: Room) -> None:
        super().__init__(name=room.noun, help=room.help)
        self.room = room

    def load(self) -> ClickCommand:
        """The room's own group or verb."""
        verbs: dict[str, ClickCommand] = {}
        for module in (self.room.commands, *self.room.adds):
            app: typer.Typer = importlib.import_module(module).app
            verbs.update((str(info.name), LateVerb(info)) for info in app.registered_commands)
        if self.room.verb:
            found = verbs[self.room.noun]
            return found.load() if isinstance(found, Late) else found
        group = Group(name=self.room.noun, commands=verbs, help=self.room.help, rich_markup_mode=None)
        _graft(group)
        return group


class LateVerb(Late):
    """The place of a verb: looking into the parameters of all verbs of a noun takes longer than running one."""

    def __init__(self, info: CommandInfo) -> None:
        super().__init__(name=info.name, help=info.help)
        self.info = info

    def load(self) -> ClickCommand:
        """The verb."""
        command = get_command_from_info(self.info, pretty_exceptions_short=True, rich_markup_mode=None)
        _graft(command)
        return command


def room_app() -> typer.Typer:
    """An empty set of verbs for a room's `commands.py`."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def verb(
    app: typer.Typer, name: str, *, help: str, examples: Sequence[str], writes: bool, attention: str = ""
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a verb to a room. `attention` says when it ends with exit code 3; empty if it never does."""
    page = Page(tuple(examples), writes, attention)
    kind = type("Verb", (Command,), {"page": page})
    return app.command(name, help=help, cls=kind)


def root(rooms: Sequence[Room], sections: Sequence[Section], version: Callable[[ClickContext], None]) -> Root:
    """The `opsctl` group, with a stub for every room; `sections` names every noun once, in the order of its help."""
    commands: dict[str, ClickCommand] = {room.noun: Stub(room) for room in rooms}
    group = Root(
        name="opsctl",
        commands=commands,
        params=[*global_options(hidden=False), flag("--version", help=_("Print the version."), then=version)],
        help=_("Operations toolkit: rule, duty, record, evidence, figure."),
        rich_markup_mode=None,
    )
    group.sections = sections
    return group


def _graft(command: ClickCommand) -> None:
    for param in command.params:
        param._runtime_param = Plain(param.type_descriptor.annotation)  # type: ignore[attr-defined]
    taken = {name for param in command.params for name in param.opts}
    command.params += [option for option in global_options(hidden=True) if taken.isdisjoint(option.opts)]


def _help_option(command: ClickCommand) -> TyperOption:
    if command._help_option is None:

        def show(ctx: ClickContext) -> None:
            sys.stdout.write(ctx.get_help() + "\n")
            raise typer.Exit(0)

        command._help_option = flag("--help", "-h", help=_("Show this page."), then=show)
    return command._help_option


def _prepared(args: list[str], known: dict[str, Any]) -> list[str]:
    ready: list[str] = []
    for at, word in enumerate(args):
        if word == "--":
            return ready + args[at:]
        if word[:1] and word[0] in _DASHES:
            mended = "-" * (1 if len(word.lstrip(_DASHES)) == 1 else 2) + word.lstrip(_DASHES)
            word = mended if mended.split("=")[0] in known else word
        param = known.get(word)
        if param is not None and str(param.metavar or "").startswith("["):
            following = args[at + 1] if at + 1 < len(args) else ""
            if not looks_like_moment(following):
                word += "=now"
        ready.append(word)
    return ready
