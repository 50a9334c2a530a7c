"""What goes wrong, as engineers write it: title, cause, handling, result."""

from typing import NamedTuple


class Trouble(NamedTuple):
    """One kind of trouble with the words that its record has in the end."""

    title: str
    cause: str
    handling: str
    result: str
    on: tuple[str, ...] = ()
    """The assets that can have it; without any, every one of the group."""


BANK: dict[str, tuple[Trouble, ...]] = {
    "service": (
        Trouble("登录页返回 502", "应用服务内存耗尽", "重启应用服务，堆内存由 4G 调到 6G", "登录恢复，观察 24 小时无复发", ("erp", "web-shop", "tms", "plm", "mail")),
        Trouble("月结批处理后查询缓慢", "批处理锁表未释放", "结束锁会话，批处理改到 02:00", "查询由 18 s 回到 0.9 s", ("erp", "plm", "mes")),
        Trouble("报表导出超时", "索引碎片过多，走全表扫描", "重建索引，更新统计信息", "导出 40 s 内完成"),
        Trouble("接口偶发 500", "连接池上限过低", "连接池由 50 调到 120", "一周内无 500"),
        Trouble("证书过期，浏览器报不安全", "证书到期未续", "更换证书，列入到期提醒", "访问正常", ("web-shop", "mail", "tms", "plm")),
        Trouble("定时任务未执行", "调度节点时间偏差 9 分钟", "恢复时间同步，补跑任务", "数据补齐", ("erp", "his", "mes", "backup")),
        Trouble("打印服务不出单", "打印队列假死", "清空队列并重启打印服务", "积压单据全部打出", ("pos", "wms", "tms", "his", "erp")),
        Trouble("上传附件失败", "临时目录写满", "清理临时目录，加每日清理任务", "上传正常", ("erp", "pacs", "plm", "mail")),
        Trouble("短信验证码收不到", "短信通道余额不足", "切换备用通道，充值主通道", "验证码 5 s 内到达", ("web-shop", "his", "tms")),
        Trouble("数据同步延迟超过 30 分钟", "消息队列积压，消费者线程挂起", "重启消费者，线程数由 4 调到 8", "积压 25 分钟清空", ("wms", "web-shop", "pos", "mes")),
        Trouble("发版后页面空白", "静态资源缓存未刷新", "刷新缓存，发版清单加一步", "页面正常", ("web-shop", "tms", "wms")),
        Trouble("Users are logged out every few minutes", "Session store evicted keys", "Raised its memory limit", "Sessions last 8 h again"),
        Trouble("Search returns nothing", "Index rebuild stopped half way", "Rebuilt the index overnight", "Search complete", ("plm", "mail", "pacs")),
        Trouble("库存数与实物不符", "重复消费同一消息", "按流水冲正，消费加幂等校验", "账实相符，客户已确认", ("wms", "erp", "pos", "mes")),
        Trouble("页面打开超过 20 秒", "慢 SQL 缺少索引", "加联合索引，限制导出行数", "平均 1.2 s", ("web-shop", "plm", "wms", "his")),
    ),
    "switch": (
        Trouble("上行链路误码告警", "光模块老化", "更换光模块，清洁光纤端面", "误码清零", ("core-sw-1", "core-sw-2", "acc-sw-1", "acc-sw-2")),
        Trouble("一路电源模块故障告警", "电源模块损坏", "更换电源模块，业务未中断", "双电源恢复", ("core-sw-1", "core-sw-2")),
        Trouble("端口频繁 up/down", "网线水晶头氧化", "重做水晶头", "48 小时无抖动"),
        Trouble("CPU 利用率持续 90%", "下挂环路引发广播风暴", "找到环路端口并关闭，开启环路检测", "CPU 回到 15%"),
        Trouble("设备无响应，下联全部中断", "系统软件缺陷，内存泄漏", "重启设备，安排升级", "业务恢复，升级后未再发生"),
        Trouble("风扇转速异常", "风扇积灰", "除尘并更换一只风扇", "转速正常"),
    ),
    "firewall": (
        Trouble("VPN 用户无法拨入", "地址池耗尽", "扩大地址池，缩短空闲超时", "拨入正常", ("vpn-gw-1",)),
        Trouble("主备切换后部分会话中断", "心跳线松动", "插紧心跳线，改为双心跳", "主备状态正常", ("edge-fw-1", "edge-fw-2")),
        Trouble("会话数接近上限", "外部扫描", "启用黑名单，限制新建会话速率", "会话数回落到 2 万"),
        Trouble("特征库更新失败", "授权到期", "续期授权，手动更新", "特征库为最新"),
        Trouble("策略变更后分部访问不通", "策略顺序错误", "调整策略顺序，变更单补验证步骤", "访问恢复"),
    ),
    "server": (
        Trouble("硬盘预警，RAID 降级", "5 号硬盘坏道", "在线更换硬盘并重建", "RAID 状态正常"),
        Trouble("内存 ECC 告警", "内存条故障", "停机窗口内更换内存条", "告警消除"),
        Trouble("虚拟机迁移后网络不通", "目标主机端口组缺 VLAN", "补齐 VLAN 配置，核对其余主机", "网络恢复", ("vm-host-1", "vm-host-2", "vm-host-3")),
        Trouble("系统盘使用率 97%", "日志未轮转", "清理日志，启用轮转", "使用率 61%"),
        Trouble("服务器意外重启", "CPU 电压模块故障", "虚拟机迁出，更换主板", "稳定运行 72 小时"),
        Trouble("管理口无法登录", "管理模块死机", "远程断电复位管理模块", "登录正常"),
        Trouble("数据库归档空间不足", "归档备份任务失败两天", "手动备份归档并清理，修复任务", "空间 43%", ("db-srv-1",)),
        Trouble("主从复制中断", "从库磁盘写满", "扩容并重建从库", "延迟 0 s", ("db-srv-2",)),
    ),
    "storage": (
        Trouble("控制器 A 离线", "控制器固件缺陷", "切到控制器 B，厂家更换固件", "双控恢复", ("san-1",)),
        Trouble("卷空间使用率 95%", "快照未回收", "删除过期快照，调整保留策略", "使用率 68%", ("nas-1", "san-1")),
        Trouble("读写延迟 80 ms", "重建任务占用带宽", "重建限速，移到夜间", "延迟 6 ms", ("san-1", "nas-1")),
        Trouble("磁带机卡带", "磁带边缘磨损", "取出磁带并报废，清洁磁头", "备份正常", ("tape-1",)),
    ),
    "facility": (
        Trouble("空调高压告警停机", "室外机翅片堵塞", "清洗室外机，启用备用空调", "温度 22.8 °C", ("ac-a1", "ac-a2", "ac-b1")),
        Trouble("UPS 转旁路", "逆变模块故障", "更换模块，转回逆变", "运行正常", ("ups-a1", "ups-a2", "ups-b1")),
        Trouble("漏水报警", "冷凝水管脱落", "接回水管，清理积水", "报警消除", ("room-a", "room-b")),
        Trouble("市电闪断，油机启动", "市电检修", "油机带载 35 分钟，市电恢复后切回", "业务未中断", ("gen-1",)),
        Trouble("门禁读卡器失效", "读卡器受潮", "更换读卡器", "刷卡正常", ("room-a", "room-b")),
        Trouble("电池组单体电压偏低", "电池老化", "更换 2 只单体", "电压均衡", ("ups-a1", "ups-a2", "ups-b1")),
    ),
    "paris": (
        Trouble("VPN to Shanghai is down", "Provider maintenance without notice", "Switched to the 5G backup line", "Tunnel up, 178 ms", ("paris-fw-1",)),
        Trouble("ERP client cannot print delivery notes", "Printer driver after Windows update", "Rolled the driver back", "Printing works", ("paris-erp",)),
        Trouble("Very slow ERP in the afternoon", "Backup job during office hours", "Moved the job to 22:00", "Response below 2 s", ("paris-erp",)),
        Trouble("No Wi-Fi on the first floor", "Switch port without PoE after reboot", "Re-enabled PoE, saved the configuration", "Wi-Fi back", ("paris-sw-1",)),
        Trouble("Files on the server cannot be opened", "Certificate of the server expired", "New certificate, reminder set", "Files open", ("paris-srv-1",)),
        Trouble("Closet at 33 °C", "Fan of the closet stopped", "Fan replaced", "24 °C after one hour", ("paris-room",)),
    ),
    "security": (
        Trouble("VPN 账号异地登录", "弱口令被猜中", "停用账号，改口令，启用双因素", "未发现数据外传", ("vpn-gw-1",)),
        Trouble("钓鱼邮件，3 人点击链接", "邮件网关未拦截", "封禁域名，重置口令，全员提醒", "未见异常登录", ("mail",)),
        Trouble("官网出现扫描与注入尝试", "外部扫描", "WAF 加规则，封禁来源地址", "攻击停止，无写入", ("web-shop",)),
        Trouble("U 盘带入病毒，终端查杀告警", "外来维护人员自带 U 盘", "隔离终端，全盘查杀，重申制度", "仅 1 台感染，已清除", ("mes",)),
    ),
}
"""By group; which group an asset draws from stands in GROUPS."""

GROUPS = {
    "room": "facility", "ups": "facility", "generator": "facility", "air-conditioner": "facility",
    "switch": "switch", "wlan": "switch", "firewall": "firewall", "server": "server", "storage": "storage",
    "service": "service",
}  # fmt: skip


def group_of(handle: str, kind: str) -> str:
    """The group of troubles that an asset of that kind has."""
    return "paris" if handle.startswith("paris-") else GROUPS[kind]
