"""The whole story, put together."""

from functools import partial
from pathlib import Path

from ending import Ending
from faults import Faults
from findings import Findings
from life import Life, local
from nights import Nights
from proofs import Proofs
from reviews import Reviews
from rounds import Rounds
from upkeep import Upkeep


def whole_life(folder: Path, database_file: Path) -> list[str]:
    """The lines of the diary, from the day on which opsctl came to the morning of the reader."""
    life = Life(folder, database_file)
    for clock, by, do, arguments in _FOUNDING:
        life.at(local(clock), partial(life.do, by, do, **arguments))
    findings = Findings(life)
    rounds = Rounds(life, findings)
    rounds.begin()
    Faults(life).begin()
    Upkeep(life, findings).begin()
    nights = Nights(life)
    nights.begin()
    Proofs(life, nights).begin()
    Reviews(life).begin()
    Ending(life, rounds, findings).begin()
    life.live()
    return life.lines


_FOUNDING = (
    ("04-01 08:05", "gao.feng", "person.import", {"file": "persons.csv"}),
    ("04-01 08:08", "gao.feng", "rulebook.apply", {"file": "book.toml"}),
    ("04-01 08:10", "gao.feng", "customer.import", {"file": "customers.csv"}),
    ("04-01 08:12", "gao.feng", "asset.import", {"file": "assets.csv"}),
    ("04-01 08:20", "gao.feng", "incident.import", {"file": "tickets.csv", "map": "tickets.toml"}),
)
