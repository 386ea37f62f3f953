from collections.abc import Callable

import pytest
from scrapy.utils.test import get_crawler

from crawler.items import Article, Attachment, Image
from pipelines.check_required import CheckRequiredPipeline, Refused


@pytest.fixture
def check() -> CheckRequiredPipeline:
    return CheckRequiredPipeline(get_crawler())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": ""}, "missing_title"),
        ({"text": ""}, "missing_content"),
        ({"url": ""}, "missing_url"),
    ],
)
def test_refused(
    check: CheckRequiredPipeline,
    make_article: Callable[..., Article],
    fields: dict[str, str],
    reason: str,
) -> None:
    with pytest.raises(Refused) as refusal:
        check.process_item(make_article(**fields))
    assert refusal.value.reason == reason


def test_a_picture_or_a_file_is_content(
    check: CheckRequiredPipeline, make_article: Callable[..., Article]
) -> None:
    picture = make_article(text="", images=[Image("https://a.example/1.jpg")])
    file = make_article(text="", attachments=[Attachment("名单.xls", "https://a.example/1.xls")])
    assert check.process_item(picture) is picture
    assert check.process_item(file) is file


def test_items_of_other_spiders_pass(check: CheckRequiredPipeline) -> None:
    assert check.process_item({"a": 1}) == {"a": 1}
