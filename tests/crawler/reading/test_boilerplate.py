import pytest

from crawler.reading.boilerplate import is_barrier, is_control


@pytest.mark.parametrize(
    "line",
    [
        "【打印】【关闭窗口】",
        "【字体：大 中 小】【打印】【关闭】",
        "收藏此页 | 推荐给好友 | 打印此文",
        "『关闭窗口』",
        "浏览次数：35　打印　收藏",
        "发表评论 查看评论",
        "pdf下载 word下载",
        "转寄朋友 | 列印",
    ],
)
def test_tools_of_the_page(line: str) -> None:
    assert is_control(line)


@pytest.mark.parametrize(
    "line",
    [
        "打印机 关闭",
        "2005 | 35 | 12",
        "收藏 文物 的人越来越多",
        "他关闭了窗口",
        "推荐 张三 为候选人",
    ],
)
def test_words_that_are_no_tools(line: str) -> None:
    assert not is_control(line)


def test_two_neighbours_on_one_line() -> None:
    assert is_barrier(f"上一篇：{'某' * 45}　下一篇：{'某' * 45}")
