"""Names of persons and of outlets: what reads like one, and those of an English byline."""

from __future__ import annotations

import re

from crawler.reading.dates import find_dates

# The hundred most common family names cover 85 % of the population (公安部, 2020 name report).
FAMILY_NAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏"
    "程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵"
    "万钱严赖覃武莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝骆路游靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时"
    "張劉陳楊黃趙吳孫馬羅鄭謝許鄧馮韓蕭葉蔣蘇呂盧鍾譚陸韋鄒賈閻龍賀顧龔萬錢嚴賴湯溫齊喬龐顏莊聶魯關蘭單駱歐簡連麥鄺"
    "付佘冀郁敖匡迟巫屠谌甄晁邸仝隋阚尉郗鄢邰濮逄亓"
    "穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
)

# Places and offices; words that begin like a name and stand on lines of their own.
_NO_NAME_ENDS = frozenset("组队馆市区县镇乡村省州局部委处办院所站网报社台厅科室会者")
_NO_NAMES = re.compile(
    r"(?:万元|任免|任务|党务|党员|党建|全文|全文完|关于|关注|单位|单元|史料|司法|宁夏|"
    r"安全|安徽|应急|应用|成效|成果|成都|文件|文化|文明|方向|方式|方案|方法|时事|"
    r"时间|易错|武汉|江苏|江西|温岭|温馨|游记|白皮书|石家庄|程序|简介|简讯|管理|"
    r"管理员|蓝图|解答|解读|谢谢|路线|车辆|连载|金华|金融|钱江|阳光|项目|顾问|高峰|"
    r"付款|付费|付出|冀中|高校|高考|高质量|黄山|齐鲁|龙头|"
    # what players, menus and channels are called
    r"高清|高铁|简体|简历|简繁|时尚|时评|时政|时讯|全部|全国|全球|全屏|全集|全选|单选|安卓|安装|"
    r"房产|房价|游戏|文娱|文旅|文艺|文学|文摘|文字|文档|史话|车市|车展|车型|黄金|石油|金牌|金额|"
    r"党史|党校|党委|党群|党纪|连接|连续|温度|成长|白银|康养|方言|武术|施工|应聘|管控|和谐|单价)"
)

# English: what stands around names in a line, and the names.
_AROUND = re.compile(
    r"\b(?:(?:first|last)\s+)?(?:published|posted|updated|modified)\b(?!\s+by)(?:\s+(?:on|at))?:?"
    r"|\b\d+\s+(?:min(?:ute)?s?\s+read|comments?)\b|\bleave a comment\b"
    r"|\b\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\b\.?)?|\b(?:ET|EST|EDT|PT|GMT|UTC)\b",
    re.I,
)
_APART = re.compile(r"[|•·]+|\s[-–]\s|\s{2,}|\u3000")
_LATIN = r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|van|von|der|bin|al)){1,3}"
_LATIN_NAMES = re.compile(
    r"(?!(?:The|An?|My|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?:day)?\b)"
    rf"{_LATIN}(?:, {_LATIN})*(?:,? (?:and|&) {_LATIN})?(?=$|,| in )"
)
_BY = re.compile(
    r"(?i:(?P<said>(?:written|posted|submitted|story) by|by|words):?\s+)(?=(?P<who>\S+))"
)
_ONE = re.compile(r"[A-Za-z][\w.-]{1,19}(?=$| (?:on|at)\b)")
_CAPITAL = re.compile(r"[A-Z]|\bby\b")
_NO_PERSON = re.compile(
    r"\b(?:Staff|Press|News|Agency|Reporters?|Writers?|Editors?|Correspondents?|Post|Times|Daily|Team|Desk)\b"
)


SHORT = 20  # characters
OUTLET_NAME = re.compile(
    r"^[\u4e00-\u9fffA-Za-z0-9·+《-]+(?:报|网|网络版|社|台|客户端|新闻|财经|杂志|周刊|在线|频道|公众号|发布|通讯|月刊|半月谈|导报|电视|广播"
    r"|報|網|新聞|雜誌|週刊)》?$"
)


def is_name(word: str) -> bool:
    """Whether two or three characters read like a person's name."""
    return (
        2 <= len(word) <= 3
        and word[0] in FAMILY_NAMES
        and word[-1] not in _NO_NAME_ENDS
        and not _NO_NAMES.fullmatch(word)
    )


def english_names(line: str, *, bare: bool = False) -> str:
    """The names in an English byline, "" where it has none: By Jane Doe in Paris | May 3, 2011.

    `bare`: the line is known to be one, so that names need no `by`.
    """
    if not _CAPITAL.search(line):
        return ""
    dates = sorted(find_dates(line), reverse=True)
    for start, end, _ in dates:
        line = f"{line[:start]} | {line[end:]}"
    parts = [part.strip(" ,:") for part in _APART.split(_AROUND.sub(" | ", line))]
    for part in parts:
        if (by := _BY.match(part)) or bare:
            names = part[by.end() :] if by else part
            names = _NO_PERSON.split(re.sub(r"^Staff (?:Writer|Reporter) ", "", names))[0]
            if (match := _LATIN_NAMES.match(names.strip(" ,"))) and (by or match[0] == part):
                return match[0]
            if by and (dates or " " in by["said"]) and _ONE.match(names):
                return by["who"]
    return ""


def is_outlet(name: str) -> bool:
    """Whether a name ends like an outlet's."""
    return bool(OUTLET_NAME.match(name)) and len(name) <= SHORT
