"""Whether a factor of the kind people names nothing but that somebody erred."""

import re

from opsctl.reviews.rules.lint.sentences import fold, listed
from opsctl.reviews.rules.lint.subjects import People, names_in

_LONGEST = 80
_SIGNS = re.compile(r"[.,;:!?()。、\"'“”]+")
_ENGLISH = listed(
    "mistake mistakes error errors slip slips typo typos oversight lapse misjudgement misjudgment misunderstanding"
    " mistyping inexperience forgetfulness distraction blunder"
)
_FILLERS = listed(
    "a an the our one some by of made typed entered ran during with simple pure small s was from on duty in and"
    " charge typing judgement judgment serious stupid wrong command host server person people staff"
)
_HAN_ERROR = re.compile(
    "判断失误|判断错误|失误|错误|疏漏|差错|误判|手误|过失|输错|敲错|打错|选错|看错|记错|删错|点错|误删|误改|遗漏"
    "|搞错|弄错"
)
_HAN_FILLER = re.compile(
    "人员|个人|发生|出现|一个|一次|这个|执行|命令|主机名?|参数|操作|配置|运维|的|了|在|时|有|上|导致|服务器|机器"
    "|按钮|数据库"
)


def is_only_error(text: str, people: People) -> bool:
    """Whether nothing is left of it but names, posts and words for an error."""
    if len(text) > _LONGEST:
        return False
    plain = _SIGNS.sub(" ", fold(text))
    left = names_in(_HAN_FILLER.sub(" ", _HAN_ERROR.sub(" ", plain)), people)
    errs = _HAN_ERROR.search(plain) is not None or not _ENGLISH.isdisjoint(plain.split())
    return (errs or "wrong" in plain.split()) and all(word in _FILLERS or word in _ENGLISH for word in left)
