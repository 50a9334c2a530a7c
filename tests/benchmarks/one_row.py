"""The smallest program that writes a row with Typer and SQLModel: what `opsctl incident open` is measured against."""

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
    typer.echo(f"{title} · {asset}")


typer.run(main)
