from collections.abc import Callable

import pytest

from crawler.items import Article, Candidate
from pipelines.normalise_author import normalise_author, read_names


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("张三", ["张三"]),
        ("张 三　李四", ["张三", "李四"]),
        ("张三、李四，王小五", ["张三", "李四", "王小五"]),
        ("记者 张三 通讯员 李四、王小五", ["张三", "李四", "王小五"]),
        ("记者林知远 通讯员陈若溪 粤组宣", ["林知远", "陈若溪", "粤组宣"]),
        ("通讯员辛志某 记者王建某", ["辛志某", "王建某"]),
        ("新华社记者 张三", ["张三"]),
        ("本报见习记者 张三", ["张三"]),
        ("评论员 罗某 萧某某", ["罗某", "萧某某"]),
        ("本报实习生 张三 李四 本报记者 王五", ["张三", "李四", "王五"]),
        ("本报记者张三报道", ["张三"]),
        ("本报记者 张三 李四 北京报道", ["张三", "李四"]),
        ("本报驻京记者 张三", ["张三"]),
        ("文/本报记者 张三 图/李四", ["张三"]),
        ("张三/文 李四/图", ["张三"]),
        ("文/图 张三 李四", ["张三", "李四"]),
        ("撰稿：张三 摄影：李四 编辑：王五", ["张三"]),
        ("记者 张三 文/图", ["张三"]),
        ("张三 李四 摄影报道", ["张三", "李四"]),
        ("张三（某某大学教授）", ["张三"]),
        ("张三，某某大学法学院教授", ["张三"]),
        ("作者：张三，系某某研究院研究员", ["张三"]),
        ("作者系某某省委党校教授", []),
        ("作者张三系某某省委党校教授", ["张三"]),
        ("张三等", ["张三"]),
        ("某某日报 张三", ["张三"]),
        ("By Li Xiaoming and Wang Wu in Beijing", ["Li Xiaoming", "Wang Wu"]),
        ("Zhang San, Li Si", ["Zhang San", "Li Si"]),
        ("xiaoming (明)", ["xiaoming"]),
        ("记者 张三 通讯员 Li Si", ["张三", "Li Si"]),
        ("让·保罗 张三", ["让·保罗", "张三"]),
        # a byline that names no person is kept as printed
        ("本网记者", ["本网记者"]),
        ("粤组宣", ["粤组宣"]),
        ("本报评论员", ["本报评论员"]),
        ("某某日报", ["某某日报"]),
        ("系统管理员", []),
        ("webmaster", []),
        ("本站", []),
        ("网络转载", []),
        ("admin", []),
        ("HN666", []),
        ("104363", []),
        ("佚名", []),
        ("", []),
    ],
)
def test_names(raw: str, names: list[str]) -> None:
    assert read_names(raw) == names


def test_editor_is_no_author(make_article: Callable[..., Article]) -> None:
    article = make_article(
        candidates={
            "author": [Candidate("系统管理员", "meta:author"), Candidate("张三", "byline")],
            "editor": [Candidate("李四", "info:责任编辑")],
        }
    )
    normalise_author(article)
    assert (article.authors, article.editor) == (["张三"], "李四")
    assert article.chosen["author"].origin == "byline"


def test_reporter_and_correspondent_on_one_line(make_article: Callable[..., Article]) -> None:
    article = make_article()
    article.candidates["author"] = [
        Candidate("王大明", "info:本网记者", 1, "/html/body/div[2]"),
        Candidate("李小红", "info:通讯员", 1, "/html/body/div[2]"),
        Candidate("赵六", "info:通讯员", 9, "/html/body/div[5]"),
    ]
    normalise_author(article)
    assert article.authors == ["王大明", "李小红"]
