"""Real shells with a terminal of their own: what they offer at a TAB, and what they run after it."""

import fcntl
import os
import pty
import select
import shlex
import shutil
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path

from tests.harness import PROGRAM

SECONDS = 30
PROMPT = "ready> "
BASH_PACKAGE = Path("/usr/share/bash-completion/bash_completion")
# It stands where opsctl would: it notes how it was called, and answers a TAB with the file beside it.
STAND_IN = """#!/bin/sh
{ for word in "$@"; do printf '%s\\037' "$word"; done; echo; } >>"$TAB_HOME/calls"
[ "$1" = completions ] && cat "$TAB_HOME/answer"
exit 0
"""
_CAPTURE_BASH = """
captured() {
    _opsctl "$@"
    printf '%s\\n' "= $COMP_LINE" ${COMPREPLY[@]+"${COMPREPLY[@]}"} >>"$TAB_HOME/offered"
}
complete -o nosort -F captured opsctl
"""
_CAPTURE_ZSH = """
captured() {
    print -r -- "= $BUFFER" >>$TAB_HOME/offered
    _opsctl "$@"
}
compdef captured opsctl
compadd() {
    local -a hits
    if [[ " ${(j: :)@[1,(i)(-|--)]} " == *' -'(O|A|D)' '* ]]; then
        builtin compadd "$@"
        return
    fi
    builtin compadd -O hits "$@"
    (( $#hits )) && print -rl -- $hits >>$TAB_HOME/offered
    builtin compadd "$@"
}
"""


class Shell:
    """One shell in a folder of its own, `home`, in which it also starts, with that completion script."""

    def __init__(self, name: str, home: Path, script: Path, *, how: str = "source") -> None:
        self.name = name
        self.home = home
        self.script = script
        self.how = how
        programs = home / "programs"
        programs.mkdir()
        (programs / "opsctl").write_text(STAND_IN)
        (programs / "opsctl").chmod(0o755)
        self.answer()
        self.environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(home),
            "ZDOTDIR": str(home),
            "TAB_HOME": str(home),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "PS1": PROMPT,
        }

    def answer(self, *lines: str) -> None:
        """Let the stand-in answer a TAB with these lines."""
        (self.home / "answer").write_text("".join(f"{line}\n" for line in lines))

    def use_opsctl(self, database: Path) -> None:
        """Call opsctl itself from now on, with that database."""
        (self.home / "programs/opsctl").write_text(f'#!/bin/sh\nexec {shlex.quote(str(PROGRAM))} "$@"\n')
        self.environment["OPSCTL_DB"] = str(database)

    def calls(self) -> list[list[str]]:
        """How the stand-in was called so far."""
        file = self.home / "calls"
        return [line.split("\037")[:-1] for line in file.read_text().splitlines()] if file.exists() else []

    def offers(self, *lines: str) -> dict[str, list[str]]:
        """What is offered when TAB is pressed behind each of the lines."""
        offered = self.home / "offered"
        offered.unlink(missing_ok=True)
        if self.name == "fish":
            quoted = " ".join(shlex.quote(line) for line in lines)
            ask = "for line in $argv; echo '= '$line; complete -C $line; end >$TAB_HOME/offered"
            self._run("", f"fish --no-config -C 'source {self.script}' -c {shlex.quote(ask)} -- {quoted}; exit\r")
        else:
            capture = _CAPTURE_BASH if self.name == "bash" else _CAPTURE_ZSH
            self._run(capture, *(f"{line}\t\x15\r" for line in lines), "exit\r")
        found: dict[str, list[str]] = {line: [] for line in lines}
        for each in offered.read_text().splitlines():
            if each.startswith("= "):
                line = each.removeprefix("= ")
            elif each:
                name = each.partition("\t")[0]
                found[line] += [] if name in found[line] else [name]
        return found

    def types(self, keys: str) -> None:
        """Type these keys, TABs among them, and Enter."""
        self._run("", f"{keys}\r", "exit\r")

    def _run(self, capture: str, *typed: str) -> None:
        command = ["setsid", "--ctty", *self._command(capture)]
        terminal, inside = pty.openpty()
        # Wide and tall, so that nothing has to be wrapped or asked for.
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 500, 200, 0, 0))
        with subprocess.Popen(
            command, stdin=inside, stdout=inside, stderr=inside, cwd=self.home, env=self.environment
        ) as running:
            os.close(inside)
            try:
                for keys in typed:
                    self._read(terminal, PROMPT)
                    os.write(terminal, keys.encode())
                self._read(terminal, "")
            finally:
                os.close(terminal)
                running.kill()

    def _read(self, terminal: int, mark: str) -> None:
        """Read until the mark is printed, or to the end where there is none."""
        seen = b""
        while not mark or mark.encode() not in seen:
            ready, _write, _error = select.select([terminal], [], [], SECONDS)
            if not ready:
                raise TimeoutError(f"{self.name} printed only {seen!r}")
            try:
                read = os.read(terminal, 65536)
            except OSError:  # it has ended
                read = b""
            if not read:
                if mark:
                    raise EOFError(f"{self.name} ended after {seen!r}")
                return
            seen += read

    def _command(self, capture: str) -> Sequence[str]:
        load = f"source {shlex.quote(str(self.script))}\n"
        if self.name == "bash":
            if self.how == "package":
                folder = self.home / ".local/share/bash-completion/completions"
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.script, folder / "opsctl")
                load = f"source {BASH_PACKAGE}\n"
            (self.home / "rc").write_text(f"{load}{capture}PS1='{PROMPT}'\n")
            return ["bash", "--noprofile", "--rcfile", str(self.home / "rc"), "-i"]
        if self.name == "zsh":
            if self.how == "fpath":
                shutil.copyfile(self.script, self.home / "_opsctl")
                load = f"fpath=({shlex.quote(str(self.home))} $fpath)\n"
            begin = "autoload -Uz compinit && compinit -u -D\n"
            before, after = (load, begin) if self.how == "fpath" else (begin, load)
            options = "LISTMAX=10000\nunsetopt prompt_sp\n"
            (self.home / ".zshrc").write_text(f"{before}{after}{options}{capture}PS1='{PROMPT}'\n")
            return ["zsh", "-d", "-i"]
        (self.home / "rc").write_text(f"{load}function fish_prompt; printf '{PROMPT}'; end\n")
        return ["fish", "--no-config", "-i", "-C", f"source {shlex.quote(str(self.home / 'rc'))}"]
