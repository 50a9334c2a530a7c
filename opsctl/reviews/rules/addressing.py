"""How Chinese colleagues call a person by surname: 小韩, 老赵, 韩工, 赵主任. Pure."""

import re
from collections.abc import Iterable, Iterator

_NAME = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,4}")
_DOUBLE = frozenset(
    {
        "欧阳", "上官", "司马", "司徒", "司空", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙",
        "宇文", "东方", "南宫", "端木", "独孤", "轩辕", "澹台", "百里", "呼延", "闻人", "歐陽", "司馬", "諸葛",
        "尉遲", "公孫", "長孫",
    }
)  # fmt: skip
_TITLES = (
    "工程师", "高级工程师", "总工程师", "总工", "工", "总经理", "副总", "总监", "总裁", "总", "副主任", "主任",
    "副经理", "经理", "主管", "主席", "主编", "师傅", "师兄", "师姐", "老师", "老板", "姐", "哥", "叔", "姨", "部长",
    "处长", "科长", "局长", "厅长", "院长", "校长", "厂长", "站长", "所长", "组长", "班长", "队长", "店长", "船长",
    "会长", "书记", "秘书", "助理", "顾问", "专家", "教授", "博士", "医生", "大夫", "律师", "会计", "警官", "同学",
    "同志", "先生", "女士", "小姐", "工程師", "總工", "總經理", "總監", "總", "經理", "師傅", "老師", "處長", "書記",
)  # fmt: skip
_GOES_ON = {
    "工": "(?![厂业具期单况序艺资种龄匠]|时(?!常|不)|程(?!师)|作(?!为|了|出|过|组))",
    "总": "(?![体额裁]|量(?!化)|统(?!一|计|筹)|部(?!署)|结(?![束合算])|共(?![同享])|数(?![次据])|线(?![上下]))",
    "姐": "(?![妹夫])",
    "会计": "(?![划算])",
}
"""What makes a longer word of a title: 工厂 is no engineer, 总统 no general manager."""
_GOES_ON_BEHIND = {
    "时": "", "于": "", "区": "", "计": "", "项": "", "米": "", "麦": "", "包": "", "组": "", "儿": "", "数": "",
    "程": "(?![序度])", "高": "(?![峰潮])", "周": "(?!期)", "金": "(?!额)", "方": "(?![案块面])", "文": "(?![件])",
    "段": "(?!落)", "路": "(?!径|由)", "马": "(?!达|力)", "韩": "(?!国)", "石": "(?!头)", "水": "", "单": "",
    "师": "", "板": "", "年": "", "白": "(?!鼠)", "鼠": "", "孙": "(?!子)", "黄": "(?!车)", "化": "", "旧": "",
}  # fmt: skip
"""What makes a word of 小 and 老 with a surname; where nothing does, the two alone are the word: 小时."""
_GOES_BEFORE = {
    "方": "双我对甲乙各官警地多一另己他她贵敌厂东西南北前后上下远三四两",
    "周": "上下本每一二两三四五六七八九十几多整首末双隔单这那", "高": "提最较很更太过增升", "张": "扩紧主夸慌两几",
    "马": "立人罗", "时": "小当及同临按平暂何随此那这有定准实", "程": "过工流全行日课里进",
    "段": "阶时网手字片线路分", "安": "治公保平西延", "钟": "分时", "任": "责信担现前主", "金": "资现基奖押",
    "常": "日通正平经非异", "施": "措实设", "路": "线网电链公道通思", "余": "其剩多业",
    "于": "由对关基处等属大小高低至位", "明": "说声证", "谢": "感多", "包": "数据装打丢", "白": "明空", "温": "高低",
    "文": "中英", "韩": "日中美朝南赴访三大", "何": "如任为几", "和": "共", "平": "水", "石": "岩", "水": "供",
    "单": "工订清名简",
}  # fmt: skip
"""What stands before a sign that is a surname elsewhere and ends a word there: 双方经理 is no manager Fang."""
_SURNAMES = (
    "王李刘陈杨黄赵吴徐孙朱胡郭宋韩唐冯邓曹彭蔡潘袁董魏薛杜苏吕沈姚卢傅汪崔陆廖谭邹孟秦侯邱尹龚邵贺郝汤黎"
    "乔樊殷陶翟倪俞聂邢骆岳庄詹裴翁祁柴娄晏闵甄葛"
)
"""Signs that are surnames and seldom end another word: before 小韩 they make it a given name, 李小韩."""
_BLANK = "[ \u3000]?"


def forms(names: Iterable[str]) -> Iterator[str]:
    """Patterns of what persons of these Chinese names are called by surname; none for other names.

    None matches in a longer word, nor where it is part of one of these names or seems to be part of another's.
    """
    found = sorted({name for name in names if _NAME.fullmatch(name)})
    for surname in sorted({_surname(name) for name in found}):
        given = {name.removeprefix(surname) for name in found if name.startswith(surname)}
        yield from _forms(surname, given)


def _surname(name: str) -> str:
    return name[:2] if len(name) > 2 and name[:2] in _DOUBLE else name[0]


def _forms(surname: str, given: set[str]) -> Iterator[str]:
    said = _BLANK.join(surname)
    # 李小韩 and 李韩工 are others; 老李小韩 are two.
    before = f"(?:(?<![{_SURNAMES}])|(?<=[小老][{_SURNAMES}]))"
    # Where the whole name stands, that is replaced.
    whole = "".join(f"(?!{_BLANK.join(one)})" for one in sorted(given))
    behind = _GOES_ON_BEHIND.get(surname)
    if behind != "":
        yield f"{before}(?:小|(?<![养法衰])老){_BLANK}{said}{whole}{behind or ''}"
    ends = f"(?<![{_GOES_BEFORE[surname]}])" if surname in _GOES_BEFORE else ""
    titles = "|".join(title + _GOES_ON.get(title, "") for title in sorted(_TITLES, key=lambda one: (-len(one), one)))
    yield f"{before}{ends}{said}{whole}{_BLANK}(?:{titles})"
