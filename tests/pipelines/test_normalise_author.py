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
        # a byline that names no person is kept as printed
        ("本网记者", ["本网记者"]),
        ("粤组宣", ["粤组宣"]),
        ("系统管理员", []),
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
