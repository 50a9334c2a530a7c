"""The rows of the ledger. They are written by the backends (`store.sqlite`, `store.postgres`) alone."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class LedgerRow(SQLModel, table=True):
    """One fact: who, when, what about, chained to the row before."""

    __tablename__ = "ledger"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recorded_at: datetime
    happened_at: datetime
    actor: str
    host: str
    kind: str
    subject: str
    about: str | None = None
    topic: str | None = None
    customer: str | None = None
    request: str
    line: int
    facts_digest: str
    record_digest: str | None = None
    row_digest: str
    prev_hash: str
    hash: str


class LedgerFacts(SQLModel, table=True):
    """What a row says, as canonical JSON, with the salt of its digest; both are NULL once redacted."""

    __tablename__ = "ledger_facts"

    seq: int = Field(primary_key=True, foreign_key="ledger.seq", sa_column_kwargs={"autoincrement": False})
    facts: str | None = None
    salt: str | None = None


class LedgerHead(SQLModel, table=True):
    """The newest row's number and hash; one line."""

    __tablename__ = "ledger_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int
    hash: str
