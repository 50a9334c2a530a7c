"""The commands of at_scale.py on PostgreSQL: 196,000 incidents against a hundred; the server is that of the tests."""

import sys
from contextlib import closing
from functools import partial

from at_scale import CASES, Host
from measure import finish, house, in_turns, tell
from million import FEW, SOME, PostgresPlace, asked, fill, make_company

from tests.support import postgres_server


def main() -> None:
    """Print the ratio of each case, after both databases are filled."""
    given = asked(7)
    admin = postgres_server.start()
    names = {count: f"opsctl_scale_{count}" for count in (FEW, SOME)}
    kept = []
    try:
        with house() as (home, environment):
            hosts = {}
            for count, name in names.items():
                postgres_server.drop_database(admin, name)
                url = postgres_server.create_database(admin, name)
                make_company(url, count, "postgres", home, environment)
                with closing(PostgresPlace(url)) as place:
                    fill(place, url, count)
                hosts[count] = Host(url, home / f"{count}", environment, given.seconds)
                sys.stderr.write(f"{url}\n")
            for case in CASES:
                if given.only in case.name:
                    many, few = (partial(hosts[count].seconds, case) for count in (SOME, FEW))
                    kept.append(tell(case.name, *in_turns(many, few, given.runs), case.many))
    finally:
        for name in names.values():
            postgres_server.drop_database(admin, name)
        postgres_server.stop()
    finish(kept)


if __name__ == "__main__":
    main()
