"""What is left here when an asset goes."""

from sqlmodel import Session

from opsctl.rulebook import service as rulebook
from opsctl.rulebook.rules.policies import policies_of


def left(session: Session, *, asset: str) -> list[tuple[str, str]]:
    """The policies of the newest rules that name the asset, by name and title, in order of names."""
    heads = rulebook.heads_of(session)
    rules = rulebook.of_generation(session, generation=heads[-1].generation if heads else None)
    policies = policies_of(rules)
    found = ((name, policies[name].title) for name, its in sorted(rules.backed_up.items()) if its == asset)
    return [(name, name if title is None else title.said) for name, title in found]
