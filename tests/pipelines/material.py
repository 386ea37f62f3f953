"""Made-up posts in pairs: re-posts of one story, and look-alikes that are two.

Two halves, `tuning` and `held_out`, share neither sentences nor notices nor frames nor words: what
is chosen by looking at the one half is judged by the other. Everything follows from the seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

Half = Literal["tuning", "held_out"]
HALVES: tuple[Half, Half] = ("tuning", "held_out")


@dataclass(frozen=True)
class Post:
    title: str
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    kind: str
    long: bool
    same: bool
    """Whether the two are one story."""
    one: Post
    other: Post


_CHARS = (
    "产业农田林水路桥城乡镇村组织党员干部群众服务教育医疗卫生文化旅游科技创新人才企业项目工程建设"
    "管理监督安全环境生态绿色能源交通运输商贸市场金融财政税收审计统计就业社保养老住房食品药品粮食"
    "种养渔牧果茶蔬菜花木机械电子信息网络数据平台系统标准质量品牌专利研发实验检测培训考核评价激励"
    "保障机制制度规划计划方案措施行动活动会议调研座谈交流合作对接签约开工投产验收运营维护整治提升"
)
_FAMILY = "张李王刘陈杨黄赵周吴徐孙朱马胡郭何林罗高梁郑谢宋唐许邓冯韩曹"
_GIVEN = "伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建国志文辉力晨宇欣怡浩然子轩"
_PLACE = "云湾澄泽青岭松溪沙洲白石鹿鸣望江安源龙潭锦屏河清东篱南浦西屿北川临港古塘新沂长汀"

_WORDING: dict[Half, dict[str, list[str]]] = {
    "tuning": {
        "sentences": [
            "近日，{p}围绕{w}{w}召开推进会，{o}主要负责同志出席并讲话。",
            "会议指出，要把{w}{w}摆在突出位置，压实{w}责任，确保各项{w}任务落到实处。",
            "据介绍，今年以来全市共实施{w}{w}项目{n}个，完成投资{n}亿元，同比增长{n}.{n}%。",
            "在{p}{w}{w}示范点，记者看到{w}人员正在忙着{w}{w}，现场一派繁忙景象。",
            "“以前办{w}要跑好几趟，现在家门口就能办{w}，方便多了。”{x}说。",
            "{o}相关负责人表示，下一步将持续深化{w}{w}改革，不断增强{w}获得感。",
            "为破解{w}难题，{p}探索推行“{w}+{w}”模式，带动{n}户农户增收。",
            "截至目前，已有{n}名{w}骨干下沉一线，帮助解决{w}{w}问题{n}件。",
            "{x}是{p}的{w}带头人，从事{w}工作已有{n}年。",
            "与此同时，当地还建立{w}{w}台账，实行{w}销号管理，做到件件有着落。",
            "通过{w}{w}联席会议，{w}与{w}之间的壁垒被逐步打破。",
            "从{w}到{w}，从{w}到{w}，一幅{w}新画卷正在徐徐展开。",
            "针对{w}薄弱环节，专班逐一走访{n}家{w}单位，现场研究{w}办法。",
            "{p}还将{w}{w}纳入年度{w}清单，按季度通报{w}进展。",
            "{w}越来越实，{w}越来越好，{p}的{w}故事还在继续。",
            "不少{w}代表认为，{w}{w}的经验值得在更大范围内推广。",
        ],
        "titles": [
            "{p}：{w}{w}跑出加速度",
            "{p}多措并举推进{w}{w}",
            "{w}{w}的{p}实践",
            "{p}{w}{w}一线观察",
        ],
        "heads": [
            "{p}日报讯（记者 {x} 通讯员 {x}）",
            "本报讯 （记者{x}、{x}）",
            "{p}网{d}电（记者 {x}）",
            "来源：{p}发布\n记者 {x} 报道\n",
            "【编者按】\n",
            "",
        ],
        "tails": [
            "\n（责任编辑：{x}）",
            "\n来源：{p}日报\n编辑：{x} 校对：{x}",
            "\n文/图 {x}",
            "\n【责编：{x}】\n扫一扫在手机打开当前页",
            "\n{p}融媒体中心供稿",
            "",
        ],
        "retitles": ["{t}", "{q}丨{t}", "【{q}】{t}", "{t}_{p}日报", "{s}"],
        "notices": [
            "根据干部选拔任用工作有关规定，现将拟任职人选{x}同志有关情况公示如下：{x1}，现任{o}{w}科科长，"
            "拟任{o}副局长。公示期间，如有问题请向市委组织部反映。联系电话：12380。",
            "经{o}党组会议研究决定：任命{x}为{w}中心主任，试用期一年；免去{x}的{w}科科长职务。",
            "{p}市场监督管理局行政处罚决定书。当事人：{p}{w}{w}有限公司。经查，当事人经营的{w}不符合规定，"
            "责令改正违法行为，处罚款{n}元。当事人如不服本决定，可依法申请行政复议或者提起行政诉讼。",
            "关于注销{p}{w}{w}经营部{w}许可证的公告。因该单位申请终止经营活动，依据有关规定，现予以注销，"
            "原许可证自公告之日起作废。特此公告。",
        ],
        "notice_titles": ["任前公示", "关于人事任免的通知", "行政处罚信息公开", "注销公告"],
        "clauses": [
            "公示期内，任何单位和个人均可通过来信来电来访的形式向本单位反映公示对象存在的问题。",
            "以单位名义反映情况的材料应加盖单位印章，以个人名义反映的材料应署本人真实姓名。",
            "受理部门将对反映的情况认真核实，并对反映人和反映内容严格保密。",
            "对有意诬告陷害的，将依照党纪国法严肃处理，并追究有关人员责任。",
            "公示结束后，按照程序办理任职手续，并将结果在一定范围内通报。",
            "请各有关单位按照职责分工做好后续工作，遇有重大事项及时报告。",
            "凡对公示内容有异议的，请在规定时间内以书面形式提出，逾期不予受理。",
            "联系地址为市行政中心大楼，办公时间为工作日上午九时至下午五时。",
        ],
        "weekly": [
            "本周{p}农产品价格总体平稳。{w}批发均价每公斤{n}.{n}元，环比上涨{n}.{n}%；{w}每公斤{n}.{n}元，"
            "环比下降{n}.{n}%。预计下周{w}供应充足，价格以稳为主。",
            "本周空气质量优良天数{n}天，首要污染物为{w}，细颗粒物平均浓度{n}微克每立方米。"
            "公众可根据指数合理安排出行，敏感人群应减少户外活动。",
        ],
        "weekly_titles": ["{p}农产品价格周报（第{n}期）", "一周空气质量播报（第{n}期）"],
        "update": [
            "截至{n}日{n}时，全市累计转移群众{n}人，{w}抢险队伍{n}支在岗待命。",
            "其中{p}降雨量最大，达{n}毫米，已启动{w}应急响应。",
        ],
        "appointment": ["任命{x}为{o}副局长。", "免去{x}的{o}{w}科科长职务。"],
        "appointment_heads": [
            "市人民政府决定任免下列人员职务：",
            "以上人员任职时间从发文之日起计算。",
        ],
        "annual": [
            "{y}年部门预算公开。本部门{y}年收入预算{n}万元，其中一般公共预算拨款{n}万元；支出预算{n}万元，"
            "其中{w}支出{n}万元。本部门无政府性基金预算。三公经费预算{n}万元，主要用于{w}公务接待。",
            "{y}年政府信息公开工作年度报告。{y}年共主动公开信息{n}条，受理依申请公开{n}件，"
            "均在法定期限内答复，无因信息公开引起的行政复议。",
        ],
    },
    "held_out": {
        "sentences": [
            "{d}上午，{o}在{p}举行{w}{w}现场会，部署推动下半年重点{w}工作。",
            "走进{p}的{w}车间，一台台{w}设备高速运转，{w}产品即将发往各地。",
            "负责人{x}告诉笔者，项目总投资{n}亿元，达产后预计年产值可达{n}亿元。",
            "活动期间，志愿者们向过往居民发放{w}手册{n}余份，解答{w}咨询{n}人次。",
            "要牢牢守住{w}底线，健全{w}预警体系，切实防范化解{w}风险。",
            "{p}坚持以{w}为引领，把{w}优势转化为{w}胜势，走出了一条特色之路。",
            "统计显示，上半年{p}{w}总量突破{n}万吨，居全省第{n}位。",
            "“政策送到了心坎上，我们干{w}更有底气。”从业者{x}感慨道。",
            "驻村第一书记{x}带着队员挨家挨户摸排{w}需求，整理出{n}条建议。",
            "依托{w}{w}联盟，先后有{n}家{w}机构入驻，年服务{w}逾{n}万人。",
            "记者从{o}获悉，新一轮{w}补贴申报通道已经开放，{w}主体可在线提交。",
            "夜幕降临，{p}老街灯火通明，{w}集市吸引了八方来客。",
            "此外，{o}联合多部门开展{w}专项检查，对{n}处{w}隐患当场下达整改通知。",
            "{w}兴则{w}兴。近三年来，{p}累计培育{w}能手{n}名。",
            "在{w}方面，推出{w}贷、{w}险等产品，为{w}主体授信{n}万元。",
            "展望未来，{p}将以更大力度、更实举措推动{w}与{w}深度融合。",
        ],
        "titles": [
            "{w}赋能{w} {p}走好特色路",
            "看{p}如何念好“{w}经”",
            "{p}{w}工作再上新台阶",
            "一座小城的{w}突围",
        ],
        "heads": [
            "中新网{p}{d}电（{x} {x}）",
            "{p}晚报记者 {x}\n",
            "文章来源：{o}　发布时间：{d}\n",
            "（特约记者{x}）",
            "本文转自：{p}晚报\n□ 本报记者 {x} 本报通讯员 {x}\n",
            "",
        ],
        "tails": [
            "\n（{x} {x}）",
            "\n稿源：{p}新闻网\n初审：{x}\n终审：{x}",
            "\n作者：{x}\n编辑 {x}",
            "\n值班编委：{x}\n声明：转载此文是出于传递更多信息之目的。",
            "\n{o}办公室\n{d}",
            "",
        ],
        "retitles": ["{t}", "{t}-{p}晚报", "{q}：{t}", "[{q}]{t}", "{s}"],
        "notices": [
            "为充分发扬民主、广泛听取意见，现将{w}系统先进个人推荐对象予以公示。{x}，{o}{w}站副站长。"
            "若对推荐对象有不同意见，请以书面形式向{o}人事处反映，反映情况须实事求是。",
            "兹聘任{x}同志为{w}学院特聘讲师，聘期三年；{x}同志不再兼任{w}教研室主任。特此通知。",
            "失信被执行人公告：{x}因未按期履行生效法律文书确定的义务，现依法纳入失信名单，限制高消费。"
            "望其主动履行义务，否则将承担相应的法律后果。",
            "{p}{w}合作社：你单位提交的{w}项目备案材料收悉。经审查，材料齐全，符合法定形式，准予备案。"
            "请严格按照备案内容组织实施，自觉接受监督检查。",
        ],
        "notice_titles": ["推荐对象公示", "聘任通知", "失信公告", "准予备案通知书"],
        "clauses": [
            "反映情况和问题要坚持客观公正的原则，提供具体线索以便调查了解。",
            "不署名的电话或信函，原则上不予受理，但内容翔实的可以作为参考。",
            "本通知自印发之日起施行，此前规定与本通知不一致的以本通知为准。",
            "各单位应当高度重视，指定专人负责，于规定期限前完成相关材料报送。",
            "申请人对决定不服的，可以自收到之日起六十日内申请复议。",
            "监督举报信箱设在机关大院东门传达室，由专人定期开启并登记。",
            "未尽事宜由主管部门负责解释，执行中遇到的问题请及时反馈。",
            "公示材料在本单位门户网站和公告栏同步张贴，欢迎社会各界监督。",
        ],
        "weekly": [
            "上周全市共接报{w}警情{n}起，同比下降{n}%，其中{p}{n}起。交警提醒广大驾驶人遵守交通规则，"
            "系好安全带，切勿疲劳驾驶，平安出行。",
            "本期{w}监测显示，重点水库蓄水量{n}万立方米，较上期增加{n}万立方米，"
            "{p}水库水位{n}米。各地要加强巡查，科学调度，确保安全。",
        ],
        "weekly_titles": ["一周警情通报（{y}年第{n}周）", "水情旬报第{n}期"],
        "update": [
            "据最新通报，火场明火面积已降至{n}公顷，{n}名消防指战员仍在现场清理余火。",
            "指挥部{n}时发布消息，{p}方向{w}道路已恢复通行，受影响居民{n}户。",
        ],
        "appointment": ["{x}任{o}党组成员、副主任；", "{x}不再担任{o}{w}处处长；"],
        "appointment_heads": [
            "县委研究决定，对下列同志职务作如下调整：",
            "上述同志请于收到通知后按时到岗。",
        ],
        "annual": [
            "{y}年度法治建设情况报告。{y}年，本单位组织学法{n}次，办理行政执法案件{n}件，"
            "开展{w}培训{n}场，参训{n}人次，行政机关负责人出庭应诉率达到要求。",
            "关于做好{y}年度{w}资格考试报名工作的通知。报名时间为{n}月{n}日至{n}日，考试费每科{n}元，"
            "请考生按时登录系统填报信息并完成缴费。",
        ],
    },
}


class Maker:
    """Makes posts of one half."""

    def __init__(self, half: Half, seed: int) -> None:
        self.random = random.Random(f"{half} {seed}")
        self.wording = _WORDING[half]
        at = HALVES.index(half)
        chars = _CHARS[at::2] if at else _CHARS[: len(_CHARS) // 2]
        words = random.Random(half)  # the half's vocabulary, whatever the seed
        self.words = ["".join(words.sample(chars, 2)) for _ in range(160)]
        self.places = [_PLACE[i : i + 2] + words.choice("市县区镇") for i in range(at, 38, 2)]

    def fill(self, template: str, **values: str) -> str:
        def value(match: re.Match[str]) -> str:
            return values.get(match[1]) or self._value(match[1])

        return re.sub(r"\{(\w+)\}", value, template)

    def _value(self, slot: str) -> str:
        pick = self.random.choice
        if slot == "w":
            return pick(self.words)
        if slot == "p":
            return pick(self.places)
        if slot == "o":
            return f"{pick(self.places)}{pick(self.words)}局"
        if slot.startswith("x"):
            return self.name()
        if slot == "n":
            return str(self.random.randint(2, 999))
        if slot == "y":
            return str(self.random.randint(2015, 2026))
        if slot == "d":
            return f"{self.random.randint(1, 12)}月{self.random.randint(1, 28)}日"
        raise KeyError(slot)

    def name(self) -> str:
        given = self.random.sample(_GIVEN, self.random.choice((1, 2, 2)))
        return self.random.choice(_FAMILY) + "".join(given)

    def pick(self, what: str) -> str:
        return self.fill(self.random.choice(self.wording[what]))

    def paragraph(self, sentences: int) -> str:
        chosen = self.random.sample(self.wording["sentences"], sentences)
        return "".join(self.fill(sentence) for sentence in chosen)

    def story(self, long: bool) -> Post:
        """A report of 700 to 3,000 characters, or of 80 to 250."""
        if long:
            paragraphs = [
                self.paragraph(self.random.randint(2, 4)) for _ in range(self.random.randint(6, 18))
            ]
        else:
            paragraphs = [self.paragraph(2) for _ in range(self.random.randint(1, 2))]
        return Post(self.pick("titles"), "\n".join(paragraphs))

    # --- what re-posting does ----------------------------------------------------------------

    def frame(self, post: Post) -> Post:
        text = self.pick("heads") + post.text + self.pick("tails")
        return replace(post, text=text, title=self.retitle(post.title))

    def retitle(self, title: str) -> str:
        template = self.random.choice(self.wording["retitles"])
        shorter = re.split(r"[：，]", title)[-1]
        return self.fill(template, t=title, q=self.random.choice(self.words), s=shorter)

    def edit(self, text: str, share: float) -> str:
        """Change this share of the characters, in places of one to three; figures stay."""
        chars = list(text)
        left = round(len(chars) * share)
        while left > 0:
            at = self.random.randrange(len(chars))
            size = min(left, self.random.randint(1, 3))
            if at + size > len(chars) or any(
                not "一" <= c[-1:] <= "鿿" for c in chars[at : at + size]
            ):
                continue
            new = "".join(self.random.choice(self.words) for _ in range(2))[:size]
            how = self.random.choice(("replace", "insert", "delete"))
            chars[at : at + size] = {
                "replace": [new],
                "insert": [*chars[at : at + size - 1], chars[at + size - 1] + new],
                "delete": [],
            }[how]
            left -= size
        return "".join(chars)

    def drop(self, text: str) -> str:
        """Leave out a paragraph in eight, at least one; of a short text its last sentence."""
        paragraphs = text.split("\n")
        if len(paragraphs) < 3:
            return "。".join(text.split("。")[:-2]) + "。"
        for _ in range(max(1, len(paragraphs) // 8)):
            del paragraphs[self.random.randrange(len(paragraphs))]
        return "\n".join(paragraphs)

    def marks(self, text: str) -> str:
        """Half width for full width and the other way round, other quotation marks, spaces."""
        table = str.maketrans("，。：；（）“”%", ",.:;()「」％")
        wide = str.maketrans("0123456789", "０１２３４５６７８９")
        text = text.translate(table)
        text = text.translate(wide) if self.random.random() < 0.5 else text
        return "\n".join(f"　　{line}" for line in text.split("\n"))

    # --- look-alikes -------------------------------------------------------------------------

    def notices(self, long: bool) -> tuple[Post, Post]:
        """A notice about one, and the same about another."""
        at = self.random.randrange(len(self.wording["notices"]))
        clauses = "".join("\n" + clause for clause in self.wording["clauses"]) if long else ""
        template, title = self.wording["notices"][at], self.wording["notice_titles"][at]
        fixed = {"o": self._value("o"), "p": self._value("p")}  # one office writes both
        posts = []
        for _ in range(2):
            name = self.name()
            text = self.fill(template, **fixed, x1=name, x=name if "x1" in template else "")
            posts.append(Post(title, text + clauses))
        return posts[0], posts[1]

    def same_title(self, long: bool) -> tuple[Post, Post]:
        one, other = self.story(long), self.story(long)
        return one, replace(other, title=one.title)

    def weekly(self, long: bool) -> tuple[Post, Post]:
        at = self.random.randrange(len(self.wording["weekly"]))
        fixed = {"p": self._value("p"), "w": self._value("w")}
        clauses = "".join("\n" + clause for clause in self.wording["clauses"]) if long else ""
        one, other = (
            Post(
                self.fill(self.wording["weekly_titles"][at], **fixed),
                self.fill(self.wording["weekly"][at], **fixed) + clauses,
            )
            for _ in range(2)
        )
        return one, other

    def appointments(self, long: bool) -> tuple[Post, Post]:
        head, tail = self.wording["appointment_heads"]
        organs = [self._value("o") for _ in range(12 if long else 3)]
        words = [self._value("w") for _ in organs]
        lines = [self.random.choice(self.wording["appointment"]) for _ in organs]
        one, other = (
            Post(
                "人事任免",
                "\n".join(
                    [
                        head,
                        *(
                            self.fill(line, o=organ, w=word)
                            for line, organ, word in zip(lines, organs, words, strict=True)
                        ),
                        tail,
                    ]
                ),
            )
            for _ in range(2)
        )
        return one, other

    def updates(self, long: bool) -> tuple[Post, Post]:
        """A later bulletin: what was said before, with new figures on top."""
        story = self.story(long)
        place, word = self._value("p"), self._value("w")
        one, other = (
            replace(
                story,
                text="".join(self.fill(s, p=place, w=word) for s in self.wording["update"])
                + "\n"
                + story.text,
            )
            for _ in range(2)
        )
        return one, other

    def annual(self, long: bool) -> tuple[Post, Post]:
        """The same report of two years, or of two offices."""
        template = self.random.choice(self.wording["annual"])
        clauses = "".join("\n" + clause for clause in self.wording["clauses"]) if long else ""
        first = self.random.randint(2015, 2025)
        word = self._value("w")
        one, other = (
            Post(text.partition("。")[0], text + clauses)
            for text in (self.fill(template, y=str(first + k), w=word) for k in range(2))
        )
        return one, other

    def files(self, long: bool) -> tuple[Post, Post]:
        """The same words around another file."""
        clauses = "".join("\n" + clause for clause in self.wording["clauses"]) if long else ""
        text = self.fill("现将{w}{w}情况予以公布，详见附件。") + clauses
        year, number = self._value("y"), self.random.randint(1, 40)
        one, other = (
            Post("公告", text, (f"{year}年第{number + k}批{self.words[0]}清单.xlsx",))
            for k in range(2)
        )
        return one, other


def pairs(half: Half, count: int, seed: int = 1) -> Iterator[Pair]:
    """`count` pairs of every kind, long and short."""
    make = Maker(half, seed)
    copies: dict[str, Callable[[Post], Post]] = {
        "head, tail, title": make.frame,
        "edits 2 %": lambda post: replace(post, text=make.edit(post.text, 0.02)),
        "edits 5 %": lambda post: replace(post, text=make.edit(post.text, 0.05)),
        "dropped": lambda post: replace(post, text=make.drop(post.text)),
        "marks": lambda post: Post(make.marks(post.title), make.marks(post.text)),
        "all, edits 2 %": lambda post: make.frame(
            replace(post, text=make.marks(make.edit(make.drop(post.text), 0.02)))
        ),
    }
    others: dict[str, Callable[[bool], tuple[Post, Post]]] = {
        "notice, other person": make.notices,
        "same title": make.same_title,
        "weekly column": make.weekly,
        "appointments": make.appointments,
        "update": make.updates,
        "annual report": make.annual,
        "other file": make.files,
    }
    for long in (True, False):
        for kind, copy in copies.items():
            for _ in range(count):
                post = make.story(long)
                first = make.frame(post) if make.random.random() < 0.5 else post
                yield Pair(kind, long, True, first, copy(post))
        for kind, alike in others.items():
            for _ in range(count):
                one, other = alike(long)
                yield Pair(kind, long, False, one, other)
