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
        "The script that makes a shell complete commands, options, files and records with TAB. Put it where the shell"
        " looks for it, and open a new shell; after an upgrade of opsctl write it anew."
    ),
    examples=(
        "opsctl completions bash > ~/.local/share/bash-completion/completions/opsctl",
        "source <(opsctl completions bash)",
        'opsctl completions zsh > "${fpath[1]}/_opsctl"',
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
