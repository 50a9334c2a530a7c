"""The incidents of which the story tells: one of each kind that there is."""

from collections.abc import Mapping
from typing import Any

Story = tuple[str, str, tuple[tuple[int, str, str, Mapping[str, Any]], ...]]
"""When it was opened, by whom, and its moves as `Faults.tell` takes them."""

DAY = 1440
STORIES: tuple[Story, ...] = (
    # The gravest of the year: severity 1, the emergency plan, two levels up.
    ("04-09 07:42", "lu.xin", (
        (0, "", "open", {"words": "全院无法挂号，窗口与自助机均报超时", "asset": "his", "impact": "high", "urgency": "high",
                         "down": "@-7", "detected": "@-4", "owner": "han.xue"}),
        (5, "han.xue", "ack", {}),
        (7, "han.xue", "plan", {"name": "HIS 应急预案：启用手工挂号"}),
        (9, "han.xue", "escalate", {"reason": "影响全院门诊"}),
        (12, "xu.kai", "note", {"text": "已电话告知医院信息科，启用手工挂号；数据库组赵磊到位"}),
        (31, "zhao.lei", "note", {"text": "db-srv-1 归档目录写满，实例挂起，正在清理"}),
        (46, "han.xue", "mitigate", {}),
        (58, "han.xue", "restored", {}),
        (95, "han.xue", "resolve", {"cause": "归档备份任务失败，归档目录写满，实例挂起", "handling": "清理归档，重启实例，补做备份",
                                    "result": "挂号恢复；归档目录加容量告警", "told": "@-2"}),
        (2 * DAY, "gao.feng", "close", {}),
    )),
    # A sensor, not a fire.
    ("04-22 03:05", "liu.yang", (
        (0, "", "open", {"words": "机房温度 58 °C 告警", "asset": "room-a", "impact": "high", "urgency": "high"}),
        (12, "", "note", {"text": "现场 22.6 °C，传感器接线松动"}),
        (20, "wang.wei", "void", {"because": "false-alarm", "reason": "传感器误报，现场温度正常"}),
    )),
    # Two outages of one service that overlap from 10:50 to 11:20: down for 2 h 05 min, not 2 h 35 min.
    ("05-19 10:03", "lu.xin", (
        (0, "", "open", {"words": "采购模块打不开", "asset": "erp", "impact": "medium", "urgency": "high", "down": "@-3",
                         "owner": "feng.jie", "as": "one"}),
        (6, "feng.jie", "ack", {"as": "one"}),
        (10, "feng.jie", "plan", {"name": "ERP 现场处置方案", "as": "one"}),
        (50, "", "open", {"words": "仓库模块登录报错", "asset": "erp", "impact": "medium", "urgency": "high", "down": "@47",
                          "owner": "tang.yue", "as": "two"}),
        (57, "tang.yue", "ack", {"as": "two"}),
        (60, "tang.yue", "plan", {"name": "ERP 现场处置方案", "as": "two"}),
        (77, "feng.jie", "restored", {"as": "one"}),
        (90, "feng.jie", "resolve", {"cause": "应用节点 2 磁盘写满", "handling": "清理并扩容", "result": "模块可用", "as": "one"}),
        (122, "tang.yue", "restored", {"as": "two"}),
        (140, "tang.yue", "resolve", {"cause": "节点 2 恢复后会话未同步", "handling": "重启会话服务", "result": "登录正常", "as": "two"}),
        (DAY, "lu.xin", "close", {"named": ["#one", "#two"], "told": "@150"}),
    )),
    # Back after two days: opened again within the week that the rules give.
    ("05-21 09:18", "li.na", (
        (0, "", "open", {"words": "外发邮件排队超过一小时", "asset": "mail", "impact": "medium", "urgency": "medium", "down": "@-20"}),
        (70, "", "restored", {}),
        (85, "", "resolve", {"cause": "反垃圾网关许可证过期", "handling": "导入临时许可证", "result": "队列清空"}),
        (2 * DAY + 15, "", "reopen", {"declared": True, "reason": "临时许可证到期，再次排队"}),
        (2 * DAY + 70, "wu.hao", "restored", {}),
        (2 * DAY + 80, "wu.hao", "resolve", {"handling": "导入正式许可证，列入到期提醒", "result": "外发正常"}),
        (4 * DAY, "lin.tao", "close", {}),
    )),
    # Two people, one fault: merged.
    ("06-03 13:31", "bai.ling", (
        (0, "", "open", {"words": "司机端无法签收", "asset": "tms", "impact": "medium", "urgency": "high", "down": "@-6",
                         "owner": "tang.yue", "as": "one"}),
        (7, "huang.ting", "open", {"words": "TMS 接口 504", "asset": "tms", "impact": "medium", "urgency": "medium", "down": "@-9",
                                   "as": "two"}),
        (12, "tang.yue", "ack", {"as": "one"}),
        (15, "tang.yue", "merge", {"named": ["#two"], "into": "#one"}),
        (18, "tang.yue", "plan", {"name": "TMS 现场处置方案", "as": "one"}),
        (64, "tang.yue", "restored", {"as": "one"}),
        (80, "tang.yue", "resolve", {"cause": "网关线程耗尽", "handling": "扩容网关并限流", "result": "签收正常", "as": "one"}),
        (DAY, "bai.ling", "close", {"told": "@90", "as": "one"}),
    )),
    # Taken for one fault, and not: merged and split again.
    ("06-16 10:12", "lu.xin", (
        (0, "", "open", {"words": "拣货任务下发慢", "asset": "wms", "impact": "medium", "urgency": "medium", "owner": "deng.bo", "as": "one"}),
        (9, "bai.ling", "open", {"words": "运单打印缓慢", "asset": "tms", "impact": "medium", "urgency": "medium", "owner": "tang.yue",
                                 "as": "two"}),
        (21, "deng.bo", "ack", {"as": "one"}),
        (30, "deng.bo", "merge", {"named": ["#two"], "into": "#one"}),
        (95, "deng.bo", "split", {"named": ["#two"]}),
        (97, "deng.bo", "note", {"text": "两个系统原因不同：WMS 为慢 SQL，TMS 为打印机固件", "as": "one"}),
        (100, "tang.yue", "ack", {"as": "two"}),
        (140, "deng.bo", "restored", {"as": "one"}),
        (150, "deng.bo", "resolve", {"cause": "慢 SQL", "handling": "加索引", "result": "下发 2 s", "as": "one"}),
        (260, "tang.yue", "restored", {"as": "two"}),
        (270, "tang.yue", "resolve", {"cause": "打印机固件缺陷", "handling": "升级固件", "result": "打印正常", "as": "two"}),
        (DAY, "lu.xin", "close", {"named": ["#one", "#two"], "told": "@300"}),
    )),
    # A pause that was approved: a day of waiting for the vendor's part is not counted.
    ("06-24 08:40", "sun.qian", (
        (0, "", "open", {"words": "控制器 A 离线", "asset": "san-1", "impact": "medium", "urgency": "medium"}),
        (30, "", "mitigate", {}),
        (95, "", "pause", {"reason": "等待厂家备件", "ask": "lin.tao"}),
        (140, "lin.tao", "approve", {"named": ["#it/1"]}),
        (2 * DAY + 60, "", "resume", {}),
        (2 * DAY + 200, "", "restored", {}),
        (2 * DAY + 215, "", "resolve", {"cause": "控制器固件缺陷", "handling": "更换控制器，升级固件", "result": "双控恢复"}),
        (5 * DAY, "lin.tao", "close", {}),
    )),
    # Half of it is lost, then a tenth, then nothing.
    ("06-18 20:10", "tang.yue", (
        (0, "", "open", {"words": "一半用户无法结算", "asset": "web-shop", "impact": "high", "urgency": "medium", "down": "@-5",
                         "weight": 500}),
        (6, "", "plan", {"name": "商城降级预案"}),
        (40, "", "restored", {"weight": 100}),
        (95, "", "restored", {}),
        (110, "", "resolve", {"cause": "支付网关一个节点证书错误", "handling": "摘除节点，换证书后加回", "result": "结算正常"}),
        (2 * DAY, "lu.xin", "close", {"told": "@120"}),
    )),
    # A pause that was refused: the clock never stopped, and the limit was missed.
    ("07-08 09:05", "bai.ling", (
        (0, "", "open", {"words": "三家门店小票打印错位", "asset": "pos", "impact": "medium", "urgency": "medium", "owner": "deng.bo"}),
        (24, "deng.bo", "ack", {}),
        (120, "deng.bo", "pause", {"reason": "等待门店提供样张", "ask": "feng.jie"}),
        (380, "feng.jie", "approve", {"named": ["#it/1"], "approved": False, "reason": "样张可由服务台远程取得，不属于等待客户"}),
        (4 * DAY + 300, "deng.bo", "restored", {}),
        (4 * DAY + 320, "deng.bo", "resolve", {"cause": "新票据模板宽度错误", "handling": "修正模板并下发", "result": "打印正常"}),
        (6 * DAY, "bai.ling", "close", {"told": "@6100"}),
    )),
    # Opened for nobody, and found late.
    ("07-15 12:34", "bai.ling", (
        (0, "", "open", {"words": "无线网络在二楼会议室连不上", "asset": "wlan-ctl-1", "impact": "low", "urgency": "high", "unowned": True}),
        (310, "chen.yu", "ack", {}),
        (380, "chen.yu", "restored", {}),
        (385, "chen.yu", "resolve", {"cause": "接入点供电端口被误关", "handling": "打开端口供电", "result": "无线正常"}),
        (2 * DAY, "bai.ling", "close", {}),
    )),
    # Judged anew: from slow to not working at all.
    ("07-30 19:20", "lu.xin", (
        (0, "", "open", {"words": "首页打开慢", "asset": "web-shop", "impact": "medium", "urgency": "medium", "owner": "tang.yue"}),
        (8, "tang.yue", "ack", {}),
        (21, "tang.yue", "reclassify", {"impact": "high", "urgency": "high", "reason": "结算全部失败，促销进行中"}),
        (22, "tang.yue", "down", {"at": "@15"}),
        (24, "tang.yue", "plan", {"name": "商城促销应急预案"}),
        (26, "tang.yue", "escalate", {"to": "gao.feng", "reason": "促销期间结算中断"}),
        (80, "tang.yue", "restored", {}),
        (100, "tang.yue", "resolve", {"cause": "缓存节点内存不足，请求压到数据库", "handling": "扩容缓存，限流非结算请求",
                                      "result": "结算恢复，峰值响应 1.1 s"}),
        (3 * DAY, "song.jia", "close", {"told": "@30"}),
    )),
    # A drill counts nowhere.
    ("08-05 15:00", "wang.wei", (
        (0, "", "open", {"words": "演练：市电中断", "asset": "room-a", "impact": "high", "urgency": "high", "down": "@0", "drill": True}),
        (4, "", "plan", {"name": "市电中断预案"}),
        (50, "", "restored", {}),
        (60, "", "resolve", {"cause": "演练", "handling": "按预案切换油机", "result": "41 s 启动，流程顺畅"}),
        (120, "", "close", {}),
    )),
    # Typed in six hours later; another person says that the claimed time is right.
    ("08-18 15:40", "hugo.bernard", (
        (0, "", "open", {"words": "Paris firewall rebooted, VPN down", "asset": "paris-fw-1", "impact": "medium", "urgency": "medium",
                         "at": "@-350", "down": "@-362", "detected": "@-352"}),
        (3, "", "restored", {"at": "@-300"}),
        (5, "", "resolve", {"at": "@-290", "cause": "Power cut in the building", "handling": "Waited for the power, checked the tunnel",
                            "result": "Tunnel up since 10:40"}),
        (180, "claire.martin", "approve", {}),
        (DAY, "claire.martin", "close", {"told": "@-60"}),
    )),
    # Nobody said that they had it; the first move counts.
    ("08-24 09:47", "lu.xin", (
        (0, "", "open", {"words": "图纸预览空白", "asset": "plm", "impact": "low", "urgency": "low", "owner": "tang.yue"}),
        (95, "tang.yue", "restored", {}),
        (100, "tang.yue", "resolve", {"cause": "预览插件过期", "handling": "升级插件", "result": "预览正常"}),
        (DAY, "lu.xin", "close", {"told": "@110"}),
    )),
    ("09-02 02:10", "guo.rui", (
        (0, "", "open", {"words": "主库 CPU 100%，应用大面积超时", "asset": "db-srv-1", "impact": "high", "urgency": "medium", "down": "@-8"}),
        (3, "", "assign", {"to": "zhao.lei"}),
        (9, "zhao.lei", "plan", {"name": "数据库应急预案"}),
        (15, "zhao.lei", "escalate", {"reason": "需要厂家支持"}),
        (75, "zhao.lei", "restored", {}),
        (120, "zhao.lei", "resolve", {"cause": "统计任务执行计划突变", "handling": "固定执行计划", "result": "CPU 35%"}),
        (122, "zhao.lei", "correct", {"given": {"cause": "统计信息过期，统计任务执行计划突变"}, "reason": "补充根因"}),
        (3 * DAY, "lin.tao", "close", {}),
    )),
    # A security incident, not a major one.
    ("09-10 16:02", "pan.qing", (
        (0, "", "open", {"words": "VPN 账号异地登录", "asset": "vpn-gw-1", "impact": "medium", "urgency": "high", "category": "security"}),
        (10, "", "plan", {"name": "账号泄露处置方案"}),
        (55, "", "mitigate", {}),
        (180, "", "restored", {}),
        (200, "", "resolve", {"cause": "弱口令被猜中", "handling": "停用账号，改口令，启用双因素", "result": "未发现数据外传"}),
        (4 * DAY, "xu.kai", "close", {}),
    )),
    # A storm of alerts: taken up in one command, two of them void as duplicates.
    ("09-24 04:16", "monitor", (
        (0, "lu.xin", "open", {"words": "接入交换机 1 不可达", "asset": "acc-sw-1", "unowned": True, "down": "@-2", "as": "one"}),
        (1, "lu.xin", "open", {"words": "接入交换机 2 不可达", "asset": "acc-sw-2", "unowned": True, "down": "@-1", "as": "two"}),
        (2, "lu.xin", "open", {"words": "监控代理大量离线", "asset": "monitor", "unowned": True, "as": "three"}),
        (9, "ma.chao", "ack", {"named": ["#one", "#two", "#three"]}),
        (32, "ma.chao", "void", {"named": ["#three"], "because": "duplicate", "reason": "由接入交换机掉电引起"}),
        (41, "ma.chao", "restored", {"as": "one"}),
        (41, "ma.chao", "restored", {"as": "two"}),
        (50, "ma.chao", "resolve", {"named": ["#one", "#two"], "cause": "列头柜空开跳闸", "handling": "排除短路后合闸",
                                    "result": "交换机恢复，空开更换"}),
        (DAY, "zhang.li", "close", {"named": ["#one", "#two"]}),
    )),
    # Closed without a plan, and it is said why.
    ("09-21 18:25", "ma.chao", (
        (0, "", "open", {"words": "一路市电中断，UPS 转电池", "asset": "ups-b1", "impact": "medium", "urgency": "high"}),
        (17, "", "restored", {}),
        (20, "", "resolve", {"cause": "园区变电所检修", "handling": "市电恢复后确认转回市电", "result": "业务未中断"}),
        (DAY, "zhang.li", "close", {"exemption": "15 分钟内自行恢复，未达到启动预案条件"}),
    )),
    # The long one of October: the month's target of availability is missed.
    ("10-14 08:16", "lu.xin", (
        (0, "", "open", {"words": "影像调阅失败，放射科无法出报告", "asset": "pacs", "impact": "high", "urgency": "medium", "down": "@-6",
                         "detected": "@-4", "owner": "han.xue"}),
        (6, "han.xue", "ack", {}),
        (9, "han.xue", "plan", {"name": "PACS 应急预案：本地阅片"}),
        (15, "han.xue", "note", {"text": "影像卷只读，存储组孙倩处理；已告知放射科改本地阅片"}),
        (20, "han.xue", "escalate", {"reason": "需要存储厂家到场"}),
        (150, "han.xue", "mitigate", {}),
        (314, "han.xue", "restored", {}),
        (345, "han.xue", "resolve", {"cause": "存储双盘故障，影像卷转只读", "handling": "更换两块硬盘，校验文件系统后挂载",
                                     "result": "调阅恢复；同批次硬盘列入更换计划"}),
        (2 * DAY, "song.jia", "close", {}),
    )),
    # The one of October that was repaired late: its pause was refused.
    ("10-20 09:10", "bai.ling", (
        (0, "", "open", {"words": "二号线条码打印机不出标签", "asset": "mes", "impact": "medium", "urgency": "medium", "owner": "deng.bo"}),
        (19, "deng.bo", "ack", {}),
        (60, "deng.bo", "pause", {"reason": "等待客户采购打印头", "ask": "gao.feng"}),
        (420, "gao.feng", "approve", {"named": ["#it/1"], "approved": False, "reason": "合同约定备件由我方提供"}),
        (2 * DAY + 350, "deng.bo", "restored", {}),
        (2 * DAY + 360, "deng.bo", "resolve", {"cause": "打印头寿命到期，无备件", "handling": "调货更换打印头", "result": "打印正常，补备件 2 只"}),
        (4 * DAY, "bai.ling", "close", {"told": "@3300"}),
    )),
    # The night on which the clocks of Paris showed 02:00 to 03:00 twice: from 02:30 to 02:15, three quarters of an hour.
    ("10-25 08:34", "hugo.bernard", (
        (0, "", "open", {"words": "ERP gateway hangs in the night of the time change", "asset": "paris-erp", "impact": "low",
                         "urgency": "medium", "down": "@-4", "detected": "@-2"}),
        (41, "", "restored", {}),
        (55, "", "resolve", {"cause": "Scheduler ran the 02:30 job twice", "handling": "Killed the second run, restarted the gateway",
                             "result": "Jobs between 02:00 and 03:00 moved to 04:30"}),
        (DAY, "claire.martin", "close", {"told": "@900"}),
    )),
    # Waits for a part since Thursday; nobody has decided about the pause yet.
    ("11-12 10:20", "guo.rui", (
        (0, "", "open", {"words": "5 号硬盘预警，RAID 降级", "asset": "vm-host-3", "impact": "medium", "urgency": "medium"}),
        (45, "", "mitigate", {}),
        (400, "", "pause", {"reason": "等待厂家发货，预计周二到", "ask": "wang.wei"}),
    )),
    # This morning.
    ("11-16 08:12", "lu.xin", (
        (0, "", "open", {"words": "门诊挂号窗口响应超过 30 秒", "asset": "his", "impact": "high", "urgency": "medium", "down": "@-7",
                         "detected": "@-3", "owner": "chen.yu", "weight": 600}),
        (6, "chen.yu", "ack", {}),
        (15, "chen.yu", "note", {"text": "接口服务连接池占满，正在找占用的会话；已电话告知信息科"}),
    )),
    ("11-16 08:31", "bai.ling", (
        (0, "", "open", {"words": "标签打印服务不出单", "asset": "wms", "impact": "medium", "urgency": "medium", "unowned": True}),
    )),
)  # fmt: skip
