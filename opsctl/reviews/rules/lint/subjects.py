"""Whether a person or a post stands before or behind a phrase, as the one who did it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.reviews.rules.lint.sentences import fold, is_han, listed

_WINDOW = 64
_WORD = re.compile(r"[a-z0-9\u00c0-\u1fff][a-z0-9\u00c0-\u1fff.'_-]*")
_CLAUSE = re.compile(r"[,;:()\[\]—–]|(?<= )- ")
_HAN_CLAUSE = re.compile(r"[,;:()\[\]。、—]")
_POSTS = listed(
    "engineer admin administrator sysadmin dba developer programmer technician electrician contractor subcontractor"
    " colleague employee staff supervisor officer on-call oncall sre intern trainee apprentice newcomer team crew"
    " shift person personnel superintendent he she someone somebody"
)
_MACHINES_TOO = listed("operator manager responder admin lead leader")
"""Posts whose names programs have, too: what they did tells which is meant."""
_ALL_POSTS = _POSTS | _MACHINES_TOO
_PROGRAMS = listed(
    "kubernetes k8s postgres postgresql mysql redis kafka strimzi elastic prometheus cluster helm package volume"
    " window queue ocsp network-manager session memory resource boot nic raid"
)
_ONLY_PEOPLE = listed(
    "notice realise realize read follow check double-check verify verifi tell inform ask escalate document"
    " communicate pay remember understand consult call think look consider confirm recognise recognize report"
)
_BETWEEN = listed(
    "also again simply then had has have who that apparently once just even still repeatedly clearly actually"
    " accidentally wrongly mistakenly carelessly already obviously and on shift duty call in charge"
)
_CUTS = listed(
    "and or in on of at to for from that who which when while by with without during after before because himself"
    " herself not alone again but"
)
_VERBS = listed("took brought led made left was were had is has ran put set broke sent shut cut went lost")
_DETERMINERS = listed("the a an our their this that my your his her")
_HAN_POSTS = (
    "工程师|运维人员|运维同事|运维同学|运维人|运维工程师|值班员|值班人员|值守人员|值班同事|值班工程师|当班人员"
    "|操作员|操作人员|操作者|管理员|开发人员|开发同事|开发同学|技术人员|维护人员|实施人员|外包人员|厂商人员"
    "|驻场人员|巡检人员|巡检员|施工人员|现场人员|相关人员|工作人员|当事人|责任人|负责人|同事|员工|新人|实习生"
    "|个别人|有人|某人|班组"
)
_HAN_POST = re.compile(_HAN_POSTS)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_HAN_TITLED = re.compile(f"[{_SURNAMES}](?:工|师傅|经理|主任)|[小老][{_SURNAMES}]")
"""Wang the engineer as colleagues write it, 王工, and 小李."""
_HAN_GAP = re.compile("的|系统|平台|脚本|程序|工具|告警|任务|服务|流程|监控|设备|主机")
_HAN_DISTANCE = 12


@dataclass(frozen=True, slots=True)
class People:
    """The names of persons, folded: those of letters, which are whole words, and those of Chinese characters."""

    words: frozenset[str]
    han: frozenset[str]
    most_words: int
    longest: int

    @classmethod
    def of(cls, names: Sequence[tuple[str, str]]) -> "People":
        """Those of handles, logins and names; single Chinese characters are left out, they stand in other words."""
        folded = {" ".join(fold(name).split()) for pair in names for name in pair}
        han = frozenset(name for name in folded if len(name) > 1 and all(map(is_han, name)))
        words = frozenset(name for name in folded - han if len(name) > 1 and not any(map(is_han, name)))
        return cls(
            words,
            han,
            max((name.count(" ") + 1 for name in words), default=1),
            max(map(len, han), default=0),
        )


def subject_before(sentence: str, start: int, people: People, doing: str | None = None) -> int | None:
    """Where the person begins who stands before `start` in the same clause; None where nobody does.

    `doing` is the verb that says what was not done, where there is one.
    """
    english = _word_before(sentence, start, people, doing)
    return english if english is not None else _han_before(sentence, start, people)


def subject_after(sentence: str, end: int, people: People) -> int | None:
    """Where the person ends who stands right behind `end`; None where nobody does."""
    window = sentence[end : end + _WINDOW]
    stripped = window.lstrip(" ")
    skipped = len(window) - len(stripped)
    for length in range(people.longest, 1, -1):
        if stripped[:length] in people.han:
            return end + skipped + length
    if post := _HAN_POST.match(stripped) or _HAN_TITLED.match(stripped):
        return end + skipped + post.end()
    cut = _CLAUSE.search(window)
    return _word_after(list(_WORD.finditer(window[: cut.start() if cut else None])), people, end)


def names_in(text: str, people: People) -> tuple[str, ...]:
    """The words of a folded text that are neither a post nor a name, and what is left of it between Chinese names."""
    left = _HAN_TITLED.sub(" ", _HAN_POST.sub(" ", text))
    for name in people.han:
        left = left.replace(name, " ")
    singles = {part for name in people.words for part in name.split()}
    return tuple(word for word in left.split() if not _is_post(_plain(word)) and _plain(word) not in singles)


def _word_before(sentence: str, start: int, people: People, doing: str | None) -> int | None:
    begin = max(0, start - _WINDOW)
    window = sentence[begin:start]
    for cut in _CLAUSE.finditer(window):
        begin = max(begin, start - len(window) + cut.end())
    words = list(_WORD.finditer(sentence, begin, start))
    while words and _is_between(words[-1][0]):
        words.pop()
    if not words or not all(map(_is_between, sentence[words[-1].end() : start].split())):
        return None
    named = _named(words, people)
    return named if named is not None else _post(words, doing)


def _is_between(word: str) -> bool:
    return (word in _BETWEEN or word.endswith("ly")) and not _is_post(word)


def _named(words: list[re.Match[str]], people: People) -> int | None:
    for count in range(min(people.most_words, len(words)), 0, -1):
        if _plain(" ".join(word[0] for word in words[-count:])) in people.words:
            return words[-count].start()
    return None


def _post(words: list[re.Match[str]], doing: str | None) -> int | None:
    last = _plain(words[-1][0])
    before = words[-2][0] if len(words) > 1 else ""
    singular = last.removesuffix("s")
    if singular in _MACHINES_TOO or last in _MACHINES_TOO:
        if before in _PROGRAMS or (doing is not None and doing not in _ONLY_PEOPLE):
            return None
        return words[-1].start()
    return words[-1].start() if _is_post(last) and before not in _PROGRAMS else None


def _is_post(word: str) -> bool:
    return word in _ALL_POSTS or word.removesuffix("s") in _ALL_POSTS


def _plain(word: str) -> str:
    return word.rstrip(".").removesuffix("'s").rstrip("'")


def _word_after(words: list[re.Match[str]], people: People, end: int) -> int | None:
    if words and words[0][0] in _DETERMINERS:
        words = words[1:]
    for count in range(min(people.most_words, len(words)), 0, -1):
        if " ".join(word[0] for word in words[:count]).rstrip(".") in people.words:
            return end + words[count - 1].end() - words[count - 1][0].endswith(".")
    return _post_after(words[:5], end)


def _post_after(words: list[re.Match[str]], end: int) -> int | None:
    for place, word in enumerate(words):
        plain = word[0].rstrip(".")
        if word[0] in _CUTS or (place and words[place - 1][0] in _PROGRAMS):
            return None
        following = words[place + 1][0] if place + 1 < len(words) else ""
        if not _is_post(plain) or plain in ("he", "she") or _is_post(following):
            continue
        return end + word.start() + len(plain) if len(plain) < len(word[0]) or _ends_before(following) else None
    return None


def _ends_before(following: str) -> bool:
    """Whether a post ends before that word: "the admin" does not before "interface"."""
    return not following or following in _CUTS or following in _VERBS or following.endswith(("ing", "ed"))


def _han_before(sentence: str, start: int, people: People) -> int | None:
    begin = max(0, start - _HAN_DISTANCE - max(people.longest, 8))
    for cut in _HAN_CLAUSE.finditer(sentence, begin, start):
        begin = cut.end()
    window = sentence[begin:start]
    found = [match.span() for match in (*_HAN_POST.finditer(window), *_HAN_TITLED.finditer(window))]
    found += [match.span() for match in _WORD.finditer(window) if _plain(match[0]) in people.words]
    for place in range(len(window)):
        for length in range(min(people.longest, len(window) - place), 1, -1):
            if window[place : place + length] in people.han:
                found.append((place, place + length))
                break
    if not found:
        return None
    first, end = max(found, key=lambda span: span[1])
    gap = window[end:]
    return None if len(gap) > _HAN_DISTANCE or _HAN_GAP.search(gap) else begin + first
