import sys

import typer
from sqlmodel import Field, Session, SQLModel, create_engine


class Incident(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    asset: str
    title: str


def main(path: str, asset: str, title: str) -> None:
    with Session(create_engine(f"sqlite:///{path}")) as session:
        SQLModel.metadata.create_all(session.connection())
        session.add(Incident(asset=asset, title=title))
        session.commit()
    sys.stdout.write(f"{title} · {asset}\n")


typer.run(main)
