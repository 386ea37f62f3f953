from collections.abc import Callable
from dataclasses import replace

from crawler.items import Article, Attachment
from pipelines.fingerprint import content_hash, fingerprint
from tests.conftest import NOW

Make = Callable[..., Article]


def test_copies_agree(make_article: Make) -> None:
    one = make_article(1)
    width = str.maketrans("，。", ",.")
    other = make_article(1, url="https://b.example/9.html", text=one.text.translate(width) + " ")
    assert one.fingerprint == other.fingerprint
    assert one.content_hash != other.content_hash


def test_same_template_other_people(make_article: Make) -> None:
    text = "经研究，拟任命{}为某局副局长，公示期为五个工作日。"
    one = make_article(1, title="任前公示", text=text.format("张三"))
    other = make_article(2, title="任前公示", text=text.format("李四"))
    assert one.fingerprint != other.fingerprint


def test_issues_of_a_weekly_notice(make_article: Make) -> None:
    text = "现将本期抽检结果公布如下，详见附件。" * 10
    one = make_article(1, title="抽检公告（第1期）", text=text)
    other = make_article(2, title="抽检公告（第2期）", text=text)
    assert one.fingerprint != other.fingerprint


def test_other_file_other_post(make_article: Make) -> None:
    files = [[Attachment(name, "https://a.example/1.pdf")] for name in ("甲.pdf", "乙.pdf")]
    one, other = (make_article(1, title="公告", text="详见附件", attachments=f) for f in files)
    assert one.fingerprint != other.fingerprint


def test_every_published_field_makes_a_revision(make_article: Make) -> None:
    article = make_article()
    for changed in (
        replace(article, title="别的标题"),
        replace(article, source="别的来源"),
        replace(article, html="<p>x</p>"),
        replace(article, attachments=[Attachment("甲.pdf", "https://a.example/1.pdf")]),
    ):
        assert content_hash(changed) != article.content_hash
    assert content_hash(replace(article, capture_sha256="1" * 64)) == article.content_hash


def test_fingerprint_is_stable() -> None:
    """Stored hashes must mean the same tomorrow."""
    article = Article(
        url="u", canonical_url="u", fetched_at=NOW, capture_sha256="", title="甲", text="乙"
    )
    assert fingerprint(article).startswith("e75a1e341a1b620d")
