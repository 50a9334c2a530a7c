"""opsctl completions"""

from typing import Annotated, cast

from typer import Argument, Context

from opsctl.cli.completions.scripts import Shell
from opsctl.cli.context import current
from opsctl.cli.groups import Root, room_app, verb
from opsctl.core.texts import _

app = room_app()


@verb(
    app,
    "completions",
    help=_(
        "The script that makes a shell complete commands, options, files and records with TAB. bash and fish find it"
        " where the examples put it; for zsh, write at the end of ~/.zshrc: source ~/.opsctl.zsh. After an upgrade of"
        " opsctl write it anew."
    ),
    examples=(
        "opsctl completions bash > ~/.local/share/bash-completion/completions/opsctl",
        "opsctl completions zsh > ~/.opsctl.zsh",
        "opsctl completions fish > ~/.config/fish/completions/opsctl.fish",
    ),
    writes=False,
)
def completions(
    ctx: Context,
    shell: Annotated[Shell, Argument(metavar="bash|zsh|fish", help=_("The shell that is to complete."))],
) -> None:
    """Read the tree, write the script of that shell."""
    from opsctl.cli.completions.scripts import script
    from opsctl.cli.completions.tree import tree_of
    from opsctl.cli.output import write_lines

    context = current()
    tree = tree_of(cast(Root, ctx.find_root().command), context.rooms())
    write_lines(context, (script(shell, tree),))
