"""The words by which a planned action is told from a good intention. Texts are folded."""

import re

from opsctl.reviews.rules.lint.sentences import listed

_OPENER = (
    r"^(?:[-–] )?(?:please |kindly )?(?:(?:[a-z-]+ ){0,4}(?:should|must|shall|will|needs? to|ha(?:s|ve) to|ought to) "
    r"|to )?(?:also |always |further |generally |continue to |strive to |try to )?"
)
ENGLISH_EMPTY = re.compile(
    _OPENER + r"(?P<words>(?:be|being|stay|remain) (?:more |extra |very )?(?:careful|cautious|vigilant|attentive"
    r"|alert|aware|mindful)|pay (?:more |closer |close |better |special )?attention|(?:raise|increase|improve|build"
    r"|create|promote) (?:[a-z-]+ )?awareness|communicate (?:better|more|earlier)|improve (?:the )?communications?"
    r"|take (?:more |extra |greater )?care|try harder|remind (?:everyone|everybody|people|staff|all|the team"
    r"|engineers|the engineers|operators)|keep (?:this |it |that )?in mind|learn (?:from|the lessons?)"
    r"|don't do (?:it|this|that) again|never (?:do|let) (?:it|this|that)|do better)(?![a-z])"
)
"""Nobody can show that it was done, whatever it is about."""
ENGLISH_WEAK = re.compile(
    _OPENER + r"(?P<words>improve|enhance|strengthen|ensure|make sure|consider|look into|look at|think about|explore"
    r"|work on|address|deal with|keep an eye on|follow up(?! with)|revisit|be better at|monitor more closely"
    r"|have a look|discuss|be (?:improved|strengthened|enhanced|optimi[sz]ed))(?![a-z])"
)
"""A direction without a place to arrive at."""
ENGLISH_AMOUNT = re.compile(
    r"(?<![a-z0-9_.-])(?!(?:19|20)\d\d(?![0-9.:]))\d+(?:[.:,]\d+)* ?(?:%|[a-z]{1,3}(?![a-z]))?(?![a-z0-9_-])"
    r"|(?<![a-z])(?:one|two|three|four|five|six|ten|twice|hourly|daily|nightly|weekly|monthly|quarterly|every|each"
    r"|both|per|at least|at most|no more than)(?![a-z])"
)
"""What can be counted: a threshold, a number, a rhythm; a year alone is none."""
ENGLISH_CONCRETE = listed(
    "accept adapt add adjust agree alert allow announce append apply archive arrange assign attach audit automate"
    " back block book bring build buy call cap change check clean close collect compare configure connect convert"
    " copy count cover create cut decommission decrease define delete deny deploy describe disable display"
    " distribute divert document double draw drill drop enable encrypt enforce enlarge exchange exclude expand"
    " expire export expose extend fail fetch fit fix force forward freeze generate get give grant group halve hand"
    " hold implement import include increase inform install introduce invite isolate keep label limit link list"
    " lock log lower mark measure merge migrate mirror modify monitor mount move name notify open order page patch"
    " pause pin place plan point print probe provide provision publish put raise read rebuild record reduce refuse"
    " register rehearse reject release remove rename renew reorder repair replace report request require reserve"
    " reset resize restart restore restrict retire review revoke rewrite rotate run scan schedule script seal send"
    " separate set ship show shut sign split stage start stop store subscribe switch sync tag take teach test"
    " throttle tie tighten trace track train trigger tune turn uninstall unify update upgrade upload use validate"
    " verify version wait warn watch widen wire withdraw write"
)
ENGLISH_DETERMINERS = listed("a an the all any some every each")
ENGLISH_AUXILIARIES = listed("is are be gets get has have must should shall will can may does do")
NO_VERB_FIRST = listed(
    "more better new regular stricter proper good additional further improved clearer faster tighter no less"
    " monitoring training documentation communication awareness redundancy capacity alerting logging testing"
    " automation backup backups disk network database management process procedures procedure checklist knowledge"
    " stronger"
)
"""An action that begins so, or with a determiner, has no verb there."""

CHINESE_CUT = re.compile(r"[,:;。()、—!?]| - |并且|并(?![发行列联存])|同时|然后|通过")
CHINESE_VAGUE = re.compile(
    r"加强|强化|提高|提升|增强|改进|改善|完善|(?<!起)(?<!请)注意|重视|关注|做好|落实|认真|仔细|确保|保证|督促"
    r"|引以为戒|吸取教训|杜绝|避免|防止|牢记|加大|深化|狠抓|严格|小心|谨慎|细心|多沟通|多检查|多观察"
)
"""What follows in the same clause is only what it is about."""
CHINESE_ADVERBS = re.compile(r"尽快|尽早|尽量|及时|进一步|争取|考虑|逐步|适时|酌情|有条件时|持续|推动|推进")
CHINESE_CONCRETE = re.compile(
    r"增加|添加|新增|更换|替换|升级|安装|部署|配置|设置|设为|调整|调到|调至|修改|编写|补充|补齐|删除|移除|关闭|开启"
    r"|启用|停用|禁用|迁移|拆分|扩容|压测|演练|测试|验证|检查|核对|核查|备份|恢复|清理|更新|修复|接入|上线|下线"
    r"|改为|改成|改用|建立|制定|限制|禁止|隔离|申请|采购|培训|组织|发布|登记|记录|统计|签订|联系|评审|回滚|切换"
    r"|轮换|续期|降低|缩短|延长|重启|绑定|加装|拆除|收回|收紧|校验|复核|写入|写进|纳入|导入|导出|归档|加密|合并"
    r"|同步|标注|张贴|分离|拒绝|要求|引入|实现|开发|订购|轮值|交接|监测|采集|推送|订阅|约定|明确|规定|取消|撤销"
    r"|分开|镜像|预留|加到|加上|加一|换成|换到|换用|装上|设一|写一|建一|贴上|打上|给.{1,20}加|在.{1,30}加(?!强|大"
    r"|快)|把|将"
)
CHINESE_RHYTHM = re.compile(
    r"每(?:周|月|天|日|季|年|次|班|台|个|条|小时|晚|半年|两|[0-9])"
    r"|(?<![0-9a-z_.-])[0-9]+(?:[.:][0-9]+)*(?![0-9a-z_.:-]*[a-z_-]*[0-9-])(?! ?[年月日号季])"
    r"|[两三四五六七八九十]+(?:次|人|台|份|条|个|分钟|小时|天|周)"
)
"""A rhythm or an amount; a date is none."""
CHINESE_DOING = re.compile(
    "[增减改换装升降删清查测写建配停启关迁移切滚备复演练训购买申请签订发贴标补修替扩缩限禁隔接上下记录报通核校收推拉把将给让使用打制编设调整开拆合并联评审试排跑"
    "行找学讲抓存留取导传加算交付送立挂绑撤撰出进读巡轮]"
)
"""A text without any of these has no verb."""
