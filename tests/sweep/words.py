"""What is typed where a value should stand: by mistake, by a spreadsheet, by a script, or to do harm."""

from dataclasses import dataclass

ROME = ("--tz", "Europe/Rome")
GARBAGE = bytes(range(256)) * 4


@dataclass(frozen=True)
class Word:
    """A hostile value with a name, what comes through the pipe with it, and options that make it worse."""

    name: str
    text: str
    stdin: bytes | None = None
    options: tuple[str, ...] = ()


ANYWHERE = (
    Word("empty", ""),
    Word("blanks", "   "),
    Word("wide-blanks", "　\u00a0"),
    Word("long", "x" * 5000),
    Word("long-chinese", "长" * 5000),
    Word("long-with-blanks", "word " * 1000),
    Word("escapes", "\x1b]0;owned\x07\x1b[2J\x1b[31mred"),
    Word("controls", "a\x01b\x7f\x9b31m\x08c"),
    Word("only-controls", "\x1b[0m\x07"),
    Word("lines", "one\ntwo\r\nthree\u2028four"),
    Word("directions", "\u202eevil\u2066\u200b"),
    Word("full-width", "ＩＮＣ－２０２６－０００１：＝"),
    Word("chinese", "网络中断！（核心）"),
    Word("surrogates", "\udcff\udcfe\udc80"),
    Word("name-and-bytes", "name\udcff"),
    Word("path", "../../etc/passwd"),
    Word("home-of-nobody", "~nobody-of-that-name/x"),
    Word("sql", "'; DROP TABLE incident; --"),
    Word("shell", "$(touch x)`touch y`"),
    Word("format", "{0} {name} {name!r:>9999} %s %(x)d"),
    Word("markup", "[/red] [bold]x[link=file:///x]"),
    Word("formula", "=HYPERLINK(\"http://x\")"),
    Word("emoji", "👩‍💻🇨🇳é"),
    Word("equals", "=" * 3),
    Word("colons", ":：:"),
    Word("dash", "-", b""),
    Word("dash-garbage", "-", GARBAGE),
    Word("dash-text", "-", "INC-2026-0017\n\n一行\n".encode()),
    Word("dashes", "——"),
    Word("like-option", "--json"),
    Word("comma", "a,,b,，c"),
    Word("pattern", "%_*?[a-"),
    Word("none", "None"),
)

NUMBERS = (
    Word("minus-one", "-1"),
    Word("zero", "0"),
    Word("float", "1e9"),
    Word("huge", str(10**30)),
    Word("huge-float", "1e400"),
    Word("nan", "NaN"),
    Word("infinite", "inf"),
    Word("half", "½"),
    Word("arabic", "٣"),
    Word("wide-number", "１２"),
    Word("underscore", "1_000"),
    Word("percent", "130%"),
    Word("minus-percent", "-5%"),
    Word("digits", "9" * 5000),
    Word("sixty-four-bits", str(2**63)),
)

TIMES = (
    Word("no-such-day", "2026-02-30"),
    Word("no-such-hour", "25:61"),
    Word("skipped", "2026-03-29 02:30", options=ROME),
    Word("doubled", "2026-10-25 02:30", options=ROME),
    Word("year-one", "0001-01-01"),
    Word("year-one-west", "0001-01-01 00:30", options=("--tz", "Pacific/Kiritimati")),
    Word("year-zero", "0000-00-00 00:00"),
    Word("year-9999", "9999-12-31 23:59", options=("--tz", "America/Los_Angeles")),
    Word("year-9999-date", "9999-12-31"),
    Word("year-10000", "10000-01-01"),
    Word("far-back", "-99999999d"),
    Word("far-ago", "999999999d"),
    Word("long-ago", "99999999999999999999h"),
    Word("far-ahead", "+99999999d"),
    Word("offset", "2026-11-05T09:00+99:99"),
    Word("leap-second", "2026-06-30 23:59:60"),
    Word("chinese-time", "昨天下午三点"),
    Word("empty-month", "2026-13"),
    Word("quarter", "2026-Q9"),
    Word("month-year-9999", "9999-12"),
    Word("epoch", "99999999999999"),
    Word("long-fraction", "2026-11-05 09:00:00." + "9" * 400),
    Word("long-digits", "2026-11-05 " + "0" * 4000 + "9:00"),
)

DURATIONS = (
    Word("too-long", "99999999999h"),
    Word("nothing", "0m"),
    Word("backwards", "-1h"),
    Word("float-days", "1e9d"),
    Word("iso", "P1Y"),
    Word("no-unit", "5"),
    Word("many-digits", "9" * 4400 + "d"),
)

REFERENCES = (
    Word("unknown-record", "INC-2026-9999"),
    Word("year-0000", "INC-0000-0000"),
    Word("unknown-number", "999999999"),
    Word("huge-number", str(10**30)),
    Word("digits", "9" * 5000),
    Word("sixty-four-bits", str(2**63)),
    Word("incident", "INC-2026-0001"),
    Word("round", "INS-2026-0001"),
    Word("window", "MNT-2026-0001"),
    Word("action", "ACT-2026-0001"),
    Word("run", "BAK-2026-0001"),
    Word("restore-test", "RST-2026-0001"),
    Word("policy", "erp-db"),
    Word("huge-record", "INC-2026-" + "9" * 30),
    Word("part", "INC-2026-0013/999999999999999999999999"),
    Word("parts", "13/1/1"),
    Word("unknown-handle", "nobody"),
    Word("nearly", "core-sw-11"),
    Word("upper", "CORE-SW-1"),
    Word("person", "person:wang"),
    Word("version", "om@9999.9"),
    Word("at", "@"),
    Word("occurrence", "core-network/core-sw-1@9999-99-99T99:99Z"),
    Word("month", "2026-10"),
    Word("zero", "0"),
    Word("minus-one", "-1"),
)

FILES = (
    Word("missing-file", "missing.txt"),
    Word("folder", "folder"),
    Word("below-a-file", "round.txt/below"),
    Word("binary", "binary.bin"),
    Word("big", "big.txt"),
    Word("big-stdin", "-", b"1 24\n" * 400_000),
    Word("nothing-in-it", "/dev/null"),
    Word("unreadable", "/proc/self/mem"),
    Word("long-name", "n" * 300 + ".csv"),
    Word("other-file", "tickets.csv"),
    Word("other-map", "tickets.toml"),
)

KINDS: dict[str, tuple[Word, ...]] = {
    "number": NUMBERS,
    "time": TIMES,
    "duration": DURATIONS,
    "reference": REFERENCES,
    "file": FILES,
}
MARKS = {
    "number": ("N", "ROW", "1-4", "SHARE", "NUMBER", "REF[/N] …", "ITEM=READING", "REF ITEM=READING …"),
    "time": (
        "TIME", "[TIME]", "DATE", "PERIOD", "[PERIOD]", "[REF] [PERIOD]", "REF … FIELD=VALUE …", "REF ITEM=READING …",
        "DUTY|REF",
    ),
    "duration": ("DURATION",),
    "file": ("FILE", "DIR", "PATH|NAME", "MAP", "ITEM=FILE", "FILE|BOOK@VERSION", "[FILE|BOOK@VERSION]"),
}  # fmt: skip


def kinds_of(metavar: str) -> list[str]:
    """Which kinds of values are worth trying where such a word stands; references wherever nothing else is known."""
    found = [kind for kind, marks in MARKS.items() if metavar in marks]
    return found or (["reference"] if metavar.strip("[]").isupper() or "REF" in metavar else ["reference", "number"])


def worth_trying(metavar: str) -> list[Word]:
    """The values of those kinds."""
    return [word for kind in kinds_of(metavar) for word in KINDS[kind]]


HARD_TO_STORE = frozenset({
    "surrogates", "name-and-bytes", "controls", "only-controls", "format", "pattern", "long", "dash-garbage", "huge",
    "huge-number", "sixty-four-bits", "digits", "arabic", "year-one", "year-one-west", "year-9999", "year-9999-date",
    "month-year-9999", "huge-record", "part", "far-back", "far-ahead", "epoch", "infinite", "nan",
})  # fmt: skip
"""What a database of another kind may choke on."""
