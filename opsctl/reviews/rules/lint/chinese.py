"""What is marked in Chinese. A sentence is folded: half-width signs, and no line breaks inside words."""

import re

from opsctl.reviews.rules.lint.finding import Advice
from opsctl.reviews.rules.lint.phrases import Only, Phrase, Who

_NOT = re.compile(
    r"(?:没有|并非|并不|不是|非|无|未|不存在|避免|防止|不应|不能|不要|不得|不会|而非|杜绝|无需|不再|不属|不因|不怪"
    r"|预防|减少|降低|不靠|不追究|不以|以免|免得|容易|万一|即使|如果|一旦|可能|难免|若)[^,:、()]{0,6}$"
)
_NO_CAUSE = re.compile(
    r"(?:没有|并非|并不|不是|非|无|未|防|不存在|避免|减少|降低|预防|排除|杜绝|不属|而不|不涉及|允许|容忍|容易|一旦"
    r"|如果|即使|可能|规避|拦截|拦住|挡住|识别|容错|区分|模拟|演练|抵御|针对)[^,:、()]{0,8}$"
)
_NO_CAUSE_AFTER = re.compile(
    r"(?:的?(?:可能|风险|防护|概率|几率|机会|影响|防范|场景|保护|预案|后果|提示|拦截|确认)|率|(?:已|已经|被|可"
    r"|可以)?(?:被)?排除|不是|并非|时|后|的话|类|演练|(?:已|已经)?被(?:拦|阻))"
)
_CAUSE_BEFORE = re.compile(
    r"(?:由于|由|因|因为|系|属|属于|是|为|原因:?|根因:?|归因于|归结为|归咎于|定性为|判定为|认定为) ?[^,:、()]{0,6}$"
)
_CAUSE_AFTER = re.compile(r"(?:而|直接|最终|,)?(?:导致|造成|引起|引发|所致|触发)")
_BARE = r"(?<![基版脚样成文副范课剧标根资读书译蓝])"
"""Not the second half of another word: 基本应用, 脚本应, 副本可以."""
_REASON = r"(?![^。]{0,80}(?:因为|由于|原因是))"
_OF_POSTS = re.compile(rf"{_NOT.pattern}|(?:明确|划分|界定|规定|落实|厘清|写明|澄清|职责)[^,:]{{0,12}}$")
_NOT_EARLY = r"(?<![一清今明每昨最尽提及])"

PHRASES = (
    Phrase(
        Advice.CULPRIT,
        re.compile(r"(?<!难)(?:忘记|忘了|遗忘了)(?!密码|口令)"),
        before=re.compile(rf"{_NOT.pattern}|(?:点击|使用|通过|怕|担心|自动)$"),
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(
            r"(?:没有|没|未|未能|没能)(?:及时(?![收得接获])|按|严格|认真|仔细|遵守|遵照|遵循|核对|检查|执行|通知|上报|汇报"
            r"|报告|复核|验证|测试"
            rf"|登记|尽责|尽职|履行|重视|引起重视|予以重视){_REASON}"
        ),
        before=re.compile(r"(?:如果|若|一旦|万一|假如|要是|只要)[^,:]{0,14}$"),
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(
            r"擅自|违规(?:操作|执行|变更|作业|重启|登录)|违章(?:操作|作业)|违反(?:了)?(?:操作|变更|值班"
            r"|安全)?(?:规程|规定|流程|制度|纪律)"
        ),
        before=_NOT,
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(
            r"(?:导致|造成|引发|引起)了?(?:本次|这次|此次|该次|整个|这起|了)?(?:故障|事故|中断|宕机|停机"
            r"|事件|数据丢失)"
        ),
        before=re.compile(
            rf"{_NOT.pattern}|(?:重启|恢复|告警|执行|切换|升级|命令|参数|配置|变更|缺陷"
            rf"|故障)[^,:]{{0,6}}$"
        ),
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(r"责任(?:在于|在|归于|归|应由|落在)|归咎于|归罪于|怪罪|要怪"),
        before=_NOT,
        who=Who.AFTER,
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(r"的错(?!误)|的过错|的责任(?![田制人心区分范边矩清])"),
        before=_OF_POSTS,
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.JUDGED,
        re.compile(
            r"粗心(?:大意)?|马虎|疏忽(?:大意)?|失职|渎职|玩忽职守|麻痹大意|掉以轻心|(?<=[因致时人])大意(?!是|为|:"
            r"|如下|相同)|不负责任|不够负责|责任心(?:不强|不够|不足|差|缺失|淡薄|欠缺|太差|较差)|缺乏责任心|(?:责任"
            r"|安全|风险|工作)意识(?:淡薄|不强|不够|不足|差|薄弱|缺失)|敷衍(?:了事|塞责)?|懈怠|偷懒|不认真|不细心"
            r"|不够细心|不够仔细|不够认真|(?:人员|个人|员工|技术|业务)(?:能力|水平)(?:不足|不够|太差|低下|差|欠缺"
            r"|不强)|不称职|不专业|低级错误"
        ),
        before=_NOT,
    ),
    Phrase(
        Advice.PUNISHED,
        re.compile(
            r"通报批评|扣(?:除|发|减)?(?:当月|本月|季度|年度)?(?:绩效|奖金)|追究[^,:]{0,6}(?:个人|当事人"
            r"|责任人|相关人员|操作人员)|严肃(?:处理|问责|批评)"
        ),
        before=_NOT,
    ),
    Phrase(
        Advice.ERROR,
        re.compile(
            r"人为(?:操作)?(?:失误|原因|错误|过失|差错|疏漏|误操作)|人因失误|误操作|操作(?:人员)?(?:失误"
            r"|不当|有误)|工作失误|个人失误|人员失误|手误"
        ),
        before=_NO_CAUSE,
        after=_NO_CAUSE_AFTER,
        only=Only.AS_CAUSE,
        cause_before=_CAUSE_BEFORE,
        cause_after=_CAUSE_AFTER,
    ),
    Phrase(
        Advice.ERROR,
        re.compile(r"的?(?:失误|过失|误判)|的?个人原因"),
        before=_NO_CAUSE,
        after=_NO_CAUSE_AFTER,
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        re.compile(
            rf"{_BARE}本(?:来)?(?:应(?!用|急|答|变|对措)(?:该|当)?|该)|原本应(?:该|当)?|原本该"
            rf"|{_NOT_EARLY}早(?:就)?(?:该|应该|应当)|{_NOT_EARLY}早就(?![位绪诊医近地业餐])"
            r"|应(?:该|当)?早(?:点|些|一点|发现|做|就|处理|告警)"
            r"|(?<![处管代原合物办清整审治经修料护机地条助心真伦病生])理应(?!用|急|答|对)|早知道|早知如此|当时就(?:应该|应当|该)"
        ),
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        re.compile(
            rf"{_BARE}本来?(?:可以|能够|可(?=避免|发现|提前|及时|更早|预防|防止|早))|原(?:本)?可(?:以)?避免"
            rf"|完全(?:可以|能够|可)避免"
            r"|(?:如果|若|倘若|假如|假设|要是)(?:当时|当初)|(?:如果|倘若|假如|假设|要是)(?:能)?早(?![上晨班于期高间])"
            r"|(?<![主重需首次想又而只不将还必总都就正])要是(?=[^。]{1,60}就)"
        ),
        only=Only.NOT_OF_CHANCE,
    ),
    Phrase(
        Advice.SELF_EVIDENT,
        re.compile(r"(?<![不])显然|显而易见|很明显|明摆着|不言而喻|理所当然"),
        before=re.compile(r"(?:并不|不|并非|没有那么|未必)$"),
    ),
)
